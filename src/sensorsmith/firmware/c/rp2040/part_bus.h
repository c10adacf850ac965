/* part_bus.h: I2C1, on which this board controls the part that senses; and the clock by which it is asked. */
#ifndef SS_PART_BUS_H
#define SS_PART_BUS_H

#include "rp2040.h"

#define SS_PART_PATIENCE 2000u /* us for one register */

/* Free the bus, and control it: the part answers to `address`. */
void ss_part_bus_start(uint32_t address);

/* Give up what is under way. */
void ss_part_bus_restart(void);

/* Wait until the bus is free again. Returns whether the part acknowledged everything. */
uint8_t ss_part_bus_done(void);

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
