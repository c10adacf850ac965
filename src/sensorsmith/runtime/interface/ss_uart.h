/* The register map over a serial line. Frames, each ended by the CRC-8 of all bytes before it:
 *
 *     R address count crc              ->  r address count data... crc
 *     W address count data... crc      ->  w address count crc
 *
 * `count` is 1 to 32. A read is one transaction of the bus: it sees what an I2C read of the same bytes would. A frame that
 * is not whole or has a wrong CRC is not answered; a host waits 50 ms, sends SS_UART_FLUSH zeros, and asks
 * again.
 */
#ifndef SS_UART_H
#define SS_UART_H

#include "ss_registers.h"

#define SS_UART_MOST 32u
#define SS_UART_FRAME (SS_UART_MOST + 4u)
#define SS_UART_FLUSH SS_UART_FRAME

struct ss_uart {
    struct ss_bus bus;
    uint8_t frame[SS_UART_FRAME];
    uint8_t size; /* bytes of `frame` received so far */
};

void ss_uart_open(struct ss_uart *u, struct ss_registers *r);

/* Take a byte from the host. reply: SS_UART_FRAME bytes. Returns how many of them are to be sent, mostly 0. */
uint8_t ss_uart_receive(struct ss_uart *u, uint8_t byte, uint8_t *reply);

#endif
