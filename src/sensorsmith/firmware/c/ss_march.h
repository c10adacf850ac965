/* ss_march.h: March C-, which finds stuck, coupled and wrongly addressed cells (van de Goor, 1991). Destroys the content. */
#ifndef SS_MARCH_H
#define SS_MARCH_H

#include <stdint.h>

/* One element of the march: read `from`, write `to`, upwards or downwards. Returns the bits that were not as expected. */
static inline uint32_t ss_march_element(volatile int16_t *cells, uint32_t count, uint8_t down, uint16_t from, uint16_t to)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < count; i++) {
        volatile int16_t *cell = cells + (down ? count - 1u - i : i);
        wrong |= (uint32_t)(uint16_t)*cell ^ from;
        *cell = (int16_t)to;
    }
    return wrong;
}

/* 1 when all cells are sound. */
static inline uint8_t ss_march(volatile int16_t *cells, uint32_t count)
{
    const uint16_t zeros = 0, ones = 0xFFFFu;
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
