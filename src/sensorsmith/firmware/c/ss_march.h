/* ss_march.h: March C-, which finds stuck, coupled and wrongly addressed cells (van de Goor, 1991). Destroys the content. */
#ifndef SS_MARCH_H
#define SS_MARCH_H

#include <stdint.h>

#include "ss_config.h"

/* One element of the march: read `from`, write `to`, upwards or downwards. Returns the bits that were not as expected. */
static inline uint32_t ss_march_element(volatile ss_sample *cells, uint32_t count, uint8_t down, uint32_t from, uint32_t to)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < count; i++) {
        volatile ss_sample *cell = cells + (down ? count - 1u - i : i);
        wrong |= ((uint32_t)(int32_t)*cell & SS_SAMPLE_BITS) ^ from;
        *cell = (ss_sample)to;
    }
    return wrong;
}

/* 1 when all cells are sound. */
static inline uint8_t ss_march(volatile ss_sample *cells, uint32_t count)
{
    const uint32_t zeros = 0, ones = SS_SAMPLE_BITS;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < count; i++)
        cells[i] = 0;
    wrong |= ss_march_element(cells, count, 0, zeros, ones);
    wrong |= ss_march_element(cells, count, 0, ones, zeros);
    wrong |= ss_march_element(cells, count, 1, zeros, ones);
    wrong |= ss_march_element(cells, count, 1, ones, zeros);
    wrong |= ss_march_element(cells, count, 0, zeros, zeros);
    return wrong == 0;
}

#endif
