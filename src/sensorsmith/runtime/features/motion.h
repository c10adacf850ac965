/* ss_motion.h: feature block "motion", int16 counts of a transducer to int8 network input.
 *
 * For each channel, with D counts averaged into one step and S = window / D steps:
 *
 *     sum[s]  = counts[s*D] + ... + counts[s*D + D-1]                 s = 0 .. S-1
 *     mean    = floor((sum[0] + ... + sum[S-1]) / S + 1/2)            or 0 where the mean stays in
 *     out[s]  = clamp(floor(((sum[s] - mean) * multiplier + 2^(shift-1)) / 2^shift), -128, 127)
 *
 * The division by D is part of the multiplier, so that the only roundings are that of the mean (to 1/D of a
 * count) and that of the result, both half up.
 *
 * What the caller (dsp/motion.py) has checked: S * D <= 32767, 1 <= shift <= 30, and |sum - mean| * multiplier +
 * 2^(shift-1) < 2^31 for every possible input. Nothing here overflows then.
 *
 * There is no division, no branch that depends on a sample, and no right shift of a negative number, whose result C
 * leaves to the implementation: the instruction count is the same for every input, and so are the bytes.
 */
#ifndef SS_MOTION_H
#define SS_MOTION_H

#include <stddef.h>
#include <stdint.h>

/* floor(n / d) for n < 2^31 and 0 < d < 2^15, by long division in 31 equal steps. */
static inline uint32_t ss_motion_divide(uint32_t n, uint32_t d)
{
    uint32_t remainder = 0;
    n <<= 1;
    for (uint8_t bit = 0; bit < 31; bit++) {
        remainder = (remainder << 1) | (n >> 31);
        const uint32_t less = (remainder - d) >> 31; /* 1 where the remainder is less than d */
        remainder -= d & (less - 1u);
        n = (n << 1) | (less ^ 1u); /* the quotient moves in where the numerator moves out */
    }
    return n;
}

/* The int8 nearest to x / 2^shift, half up. */
static inline int8_t ss_motion_round(int32_t x, uint8_t shift)
{
    const uint32_t top = (uint32_t)1 << 31;
    const uint32_t half = ((uint32_t)1 << shift) >> 1;
    /* `top` makes the number positive before the shift; the result is then (x >> shift) + 128. */
    uint32_t y = (((uint32_t)x + half + top) >> shift) - (top >> shift) + 128u;
    y &= (y >> 31) - 1u;                                             /* negative: 0 */
    y = (y | ((uint32_t)0 - ((255u - y) >> 31))) & (uint32_t)0xFF; /* above 255: 255 */
    return (int8_t)((int16_t)y - 128);
}

/* One channel.
 *   samples  int16 (steps * decimate, channels), oldest first
 *   out      int8 (steps, channels) */
static inline void ss_motion_channel(const int16_t *samples, int8_t *out, uint8_t channel, uint8_t channels,
                                     uint16_t steps, uint8_t decimate, uint8_t remove_mean, int32_t multiplier,
                                     uint8_t shift)
{
    int32_t mean = 0;
    if (remove_mean) {
        const int32_t lowest = (int32_t)-32768 * decimate;
        uint32_t total = (uint32_t)steps >> 1;
        size_t i = channel;
        for (uint16_t s = 0; s < steps; s++) {
            int32_t sum = 0;
            for (uint8_t d = 0; d < decimate; d++, i += channels)
                sum += samples[i];
            total += (uint32_t)(sum - lowest);
        }
        mean = (int32_t)ss_motion_divide(total, steps) + lowest;
    }
    size_t i = channel;
    size_t o = channel;
    for (uint16_t s = 0; s < steps; s++, o += channels) {
        int32_t sum = 0;
        for (uint8_t d = 0; d < decimate; d++, i += channels)
            sum += samples[i];
        out[o] = ss_motion_round((sum - mean) * multiplier, shift);
    }
}

#endif
