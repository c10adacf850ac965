/* hal.h: what main.c asks of a board. Each kind of board has one file that gives these three functions. */
#ifndef SS_HAL_H
#define SS_HAL_H

#include <stdint.h>

#include "ss_registers.h"

/* Start the transducer, and a bus on which `registers` is served from now on, also while the sensor computes. */
void ss_hal_start(struct ss_registers *registers);

/* Take up to `most` waiting samples of `channels` channels each. to: (most, channels). Returns how many were taken. */
uint16_t ss_hal_samples(int16_t *to, uint16_t most, uint8_t channels);

/* Sleep until there may be something to do. */
void ss_hal_wait(void);

#endif
