/* Requantization with 32-bit products only, without a branch: what compiler/levels.py proves equal to ss_requantize. */
#ifndef SS_LEVEL_H
#define SS_LEVEL_H

#include "ss_fixed.h"

/* A channel, as packed in flash. The last two members are there only where a layer's channels bend. */
typedef struct {
    int32_t bias;     /* less the sum at which the lowest result ends */
    uint32_t limits;  /* width << 12 | fraction */
    uint32_t factor;
    uint32_t constant;
    uint32_t knee, extra;
} ss_level;

#define SS_LEVEL_WORDS(bends) ((bends) ? 6 : 4)

SS_KERNEL ss_level ss_read_level(const uint32_t *words, int bends)
{
    const ss_level level = {.bias = (int32_t)SS_READ_32(&words[0]),
                            .limits = (uint32_t)SS_READ_32(&words[1]),
                            .factor = (uint32_t)SS_READ_32(&words[2]),
                            .constant = (uint32_t)SS_READ_32(&words[3]),
                            .knee = bends ? (uint32_t)SS_READ_32(&words[4]) : 0,
                            .extra = bends ? (uint32_t)SS_READ_32(&words[5]) : 0};
    return level;
}

/* The int8 result of a sum that has the channel's bias. */
SS_KERNEL int8_t ss_to_level(int32_t sum, ss_level level)
{
    const uint32_t x = (uint32_t)ss_clamp(sum, 0, (int32_t)(level.limits >> 12));
    const uint32_t bent = level.extra & ~(uint32_t)ss_sign((int32_t)(x - level.knee));
    const uint32_t y = x * level.factor + (x * (level.limits & 0xFFF) >> 12) + level.constant + bent;
    return (int8_t)(y >> 24);
}

#endif
