/* boot2.c: the second stage of booting. The ROM copies the first 256 bytes of flash to RAM, checks their CRC, and jumps to
 * the first; they set up the flash chip to be read like memory and enter what is linked behind them.
 *
 * Every serial flash chip knows the read command 03h, so that no chip has to be told apart. It is the slowest, too, and
 * good for 31 MHz. The code runs where it was not linked for: it must have nothing but itself.
 */
#include "rp2040.h"

#define VECTORS 0x10000100u

__attribute__((section(".boot2"), used, noreturn)) void ss_boot2(void);
void ss_boot2(void)
{
    REG(SSI_SSIENR) = 0;
    REG(SSI_BAUDR) = 4;
    REG(SSI_CTRLR0) = 31u << 16 | 3u << 8;               /* frames of 32 bits; send a command, then receive */
    REG(SSI_CTRLR1) = 0;                                 /* one frame at a time */
    REG(SSI_SPI_CTRLR0) = 0x03u << 24 | 2u << 8 | 6u << 2; /* command 03h of 8 bits, address of 24 bits */
    REG(SSI_SSIENR) = 1;
    REG(VTOR) = VECTORS;
    __asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(REG(VECTORS)), "r"(REG(VECTORS + 4u)));
    __builtin_unreachable();
}
