/* part_bus.h: I2C1, on which this board controls the part that senses. */
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

#endif
