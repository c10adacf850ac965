/* sensor.h: from samples to results. main.c says when. */
#ifndef SS_SENSOR_H
#define SS_SENSOR_H

#include "ss_registers.h"
#include "ss_ring.h"

extern struct ss_ring ss_samples;

enum ss_step { SS_STEP_NOTHING, SS_STEP_WORKED, SS_STEP_REPORTED };

/* As after power on. */
void ss_sensor_start(void);

/* The next window begins with the next sample. */
void ss_sensor_begin(void);

/* What came before no longer bears on what is reported: averages and counts of debouncing start anew. */
void ss_sensor_renew(void);

/* Work on the samples that wait. every: report one window of so many. */
enum ss_step ss_sensor_step(struct ss_registers *r, uint16_t every);

/* Overwrite all that is left of the signal in any memory. With the transducer stopped. */
void ss_sensor_forget(void);

/* Time in which no samples came. */
void ss_sensor_pass(uint16_t seconds);

/* 1 when the model gives the known answer to the known input; and when the memory of the window is sound. Both destroy the
 * window. */
uint8_t ss_sensor_known_answer(void);
uint8_t ss_sensor_memory(void);

#endif
