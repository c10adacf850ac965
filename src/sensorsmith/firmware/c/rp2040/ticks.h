/* ticks.h: the sampling clock, by which the part that senses is asked; from the crystal of this board. */
#ifndef SS_TICKS_H
#define SS_TICKS_H

#include <stdint.h>

/* Wait. */
void ss_pause_us(uint32_t us);

/* Between two ticks: whole microseconds, and parts of one in 1/SS_RATE_NUMERATOR. */
struct ss_period {
    uint32_t us, rest;
};

/* Time of the next tick, likewise. */
struct ss_ticks {
    uint32_t due, rest;
};

/* Ticks begin in so many microseconds, each with an interrupt; and there are none any more. */
void ss_ticks_start(struct ss_ticks *ticks, uint32_t first);
void ss_ticks_stop(void);

/* From the interrupt: await the next tick. Returns how many have been missed, because the interrupt came too late. */
uint32_t ss_ticks_next(struct ss_ticks *ticks, struct ss_period period);

#endif
