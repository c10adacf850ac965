/* Softmax, int16 to Q0.15: plain C, any target. The output may take the place of the input.
 *
 * Shifts by a distance that depends on data are made of constant ones, for targets whose shifter moves one bit at a
 * time.
 *
 * Not here: how the tables are made, which the compiler does.
 */
#ifndef SS_SOFTMAX_S16_REF_H
#define SS_SOFTMAX_S16_REF_H

#include "ss_fixed_16.h"

/* A function of x, from a table of its values at every 128th x. */
SS_KERNEL int32_t ss_look_up_16(int32_t x, const int16_t *table /* (513) */)
{
    const int index = 256 + (int)(x >> 7);
    const int32_t base = SS_READ_16(&table[index]);
    const int32_t slope = SS_READ_16(&table[index + 1]) - base;
    return base + ((ss_times(slope, x & 127) + 64) >> 7);
}

SS_KERNEL void ss_softmax_s16_ref(ss_scale scale,                      /* of a difference, to 1/65535 of 10 */
                                  const int16_t *exponential,          /* (513) for -10 to 0, Q0.15 */
                                  const int16_t *reciprocal,           /* (513) 1 / (1 + x) for 0 to 1, Q0.15 */
                                  int rows, int classes, const int16_t *input, /* (rows, classes) */
                                  int16_t *output)                             /* (rows, classes) */
{
    for (int row = 0; row < rows; row++, input += classes, output += classes) {
        int32_t most = INT16_MIN;
        for (int c = 0; c < classes; c++)
            most = ss_max(most, input[c]);

        int32_t sum = 0; /* Q16.15 */
        for (int c = 0; c < classes; c++) {
            const int32_t scaled = ss_requantize(input[c] - most, scale.multiplier, scale.shift);
            output[c] = (int16_t)ss_look_up_16(ss_max(scaled, -65535) + INT16_MAX, exponential);
            sum += output[c];
        }

        uint32_t mantissa = (uint32_t)sum; /* shifted up to bit 31 */
        int32_t bits = 31;                 /* below the highest of the sum */
        for (int k = 4; k >= 0; k--) {
            const int step = 1 << k;
            const int32_t mask = ss_sign((int32_t)(mantissa >> (32 - step)) - 1);
            mantissa = (uint32_t)ss_select(mask, (int32_t)(mantissa << step), (int32_t)mantissa);
            bits -= step & mask;
        }
        /* The fraction of the mantissa in Q0.16, rounded, less 1/2. */
        const int32_t fraction = (int32_t)((mantissa >> 15) + ((mantissa >> 14) & 1u)) - 98304;
        const int32_t share = ss_look_up_16(ss_clamp(fraction, INT16_MIN, INT16_MAX), reciprocal);

        for (int c = 0; c < classes; c++) {
            int32_t halves = ss_times(output[c], share); /* to be shifted by one bit less than by `bits`, and rounded */
            for (int k = 4; k >= 0; k--)
                halves = ss_select(-(((bits - 1) >> k) & 1), halves >> (1 << k), halves);
            output[c] = (int16_t)ss_clamp((halves + 1) >> 1, 0, INT16_MAX);
        }
    }
}

#endif
