/* hal.h: what the sensor asks of a board. Each kind of board has one file that gives these functions. */
#ifndef SS_HAL_H
#define SS_HAL_H

#include <stdint.h>

#include "ss_registers.h"
#include "ss_ring.h"

/* Start clocks, watchdog, light and event line, and a bus on which `registers` is served from now on, from interrupts,
 * also while the sensor computes. Samples will be put into `ring`, from interrupts too. */
void ss_hal_start(struct ss_registers *registers, struct ss_ring *ring);

/* Why the processor started: SS_RESET_CAUSE_*. Before ss_hal_start(). */
uint8_t ss_hal_reset_cause(void);

/* Start or stop the transducer. Once it has returned from stopping, no sample is put into the ring. */
void ss_hal_sampling(uint8_t on);

/* 0 when the transducer does not answer, or has long given no sample although it should. */
uint8_t ss_hal_transducer(void);

/* Begin to count `seconds`, with the transducer stopped; and whether they are not over yet. */
void ss_hal_rest(uint16_t seconds);
uint8_t ss_hal_resting(void);

/* Give the light, the event line and the bus address the state that the registers ask for; feed the watchdog; sleep until
 * an interrupt, unless one has come since the last call. */
void ss_hal_wait(void);

/* Begin again as after power on, but with SS_RESET_CAUSE_COMMAND. */
void ss_hal_reset(void);

#endif
