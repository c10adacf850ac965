/* From the int8 output of a classifier to a class and a confidence. No branch depends on the scores. */
#ifndef SS_CLASSIFY_H
#define SS_CLASSIFY_H

#include <stdint.h>

/* Index of the largest of `count` scores, the first of equals. scores: (count), 1 <= count <= 255. */
static inline uint8_t ss_argmax(const int8_t *scores, uint8_t count)
{
    uint32_t best = 0;
    int32_t most = scores[0];
    for (uint8_t i = 1; i < count; i++) {
        uint32_t larger = 0u - ((uint32_t)(most - (int32_t)scores[i]) >> 31);
        best = (best & ~larger) | (i & larger);
        most += (int32_t)(((uint32_t)scores[i] - (uint32_t)most) & larger);
    }
    return (uint8_t)best;
}

/* A softmax score (scale 1/256, zero point -128) as a fraction of 256, cut to its `bits` most significant bits. */
static inline uint8_t ss_confidence(int8_t score, uint8_t bits)
{
    return (uint8_t)((uint32_t)((int32_t)score + 128) & ~(0xFFu >> bits) & 0xFFu);
}

#endif
