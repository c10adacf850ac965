/* bench_avr.c: an AVR on a bench, started by the C library's own start-up. The mailbox holds one inference, and the
 * emulator stops the processor at ss_bench_exit. */
#include "bench.h"

__attribute__((section(".noinit"))) uint8_t ss_mailbox[SS_MAILBOX_BYTES];

void ss_bench_start(void)
{
}

__attribute__((noinline)) void ss_bench_exit(const struct ss_mailbox *mail)
{
    (void)mail;
    for (;;)
        __asm__ volatile("");
}
