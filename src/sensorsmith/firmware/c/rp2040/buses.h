/* buses.h: the two ways to the registers, I2C0 as a target and UART0, both served from interrupts. */
#ifndef SS_BUSES_H
#define SS_BUSES_H

#include "ss_registers.h"

void ss_i2c_start(struct ss_registers *r);
void ss_uart_start(struct ss_registers *r);
void ss_i2c_isr(void);
void ss_uart_isr(void);

/* Give the light and the event line the state that the registers ask for. */
void ss_hal_show(void);

#endif
