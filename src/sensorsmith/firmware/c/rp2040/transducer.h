/* transducer.h: what the board asks of the part that senses. */
#ifndef SS_TRANSDUCER_H
#define SS_TRANSDUCER_H

#include "ss_ring.h"

/* The bus of the part; samples will be put into `ring`. */
void ss_transducer_start(struct ss_ring *ring);

/* As ss_hal_sampling() and ss_hal_transducer(). */
void ss_transducer_sampling(uint8_t on);
uint8_t ss_transducer_answers(void);

/* It is time for a sample; and there is something from the part: on its bus, or in memory. */
void ss_transducer_tick_isr(void);
void ss_transducer_isr(void);

#endif
