/* port.h: what the firmware of an emulated board does with its peripheral. */
#ifndef PORT_H
#define PORT_H

#include <stdint.h>

/* To be called when samples have come, and when there is a phase of the bus: by interrupts, or whoever stands for them. */
void ss_samples_isr(void);
void ss_bus_isr(void);

/* Whether samples wait that the ring had no room for. */
uint8_t ss_port_waiting(void);

/* Give light, event line and address the state that the registers ask for. */
void ss_port_show(void);

/* The firmware starts anew, by command. */
void ss_port_restarted(void);

#endif
