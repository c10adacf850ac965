/* ss_clock.h: time by the sampling clock, exact at any rate: SS_RATE_NUMERATOR samples in SS_RATE_DENOMINATOR seconds. */
#ifndef SS_CLOCK_H
#define SS_CLOCK_H

#include <stdint.h>

#include "ss_register_map.h"

struct ss_clock {
    uint32_t ms, rest; /* milliseconds, and what is left in 1/SS_RATE_NUMERATOR of one, so that time never drifts */
};

/* samples: at most 1024. */
static inline void ss_clock_advance(struct ss_clock *c, uint32_t samples)
{
    uint32_t parts = c->rest + samples * (1000u * SS_RATE_DENOMINATOR);
    c->ms += parts / SS_RATE_NUMERATOR;
    c->rest = parts % SS_RATE_NUMERATOR;
}

#endif
