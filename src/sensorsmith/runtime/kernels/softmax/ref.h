/* Softmax, int8, in gemmlowp's fixed point: plain C, any target. Output scale 1/256, zero point -128.
 *
 * A comment such as Q5.26 gives the integer and fraction bits of a fixed-point number. Shifts by a distance that
 * depends on data are made of constant ones, for targets whose shifter moves one bit at a time.
 * Not here: tables; more than 511 classes, whose sum the fixed point could not hold.
 */
#ifndef SS_SOFTMAX_REF_H
#define SS_SOFTMAX_REF_H

#include "ss_fixed.h"

/* exp(x) in Q0.31 for x in Q5.26, x <= 0: a Taylor series around -1/8 for the part within [-1/4, 0), then one factor
 * exp(-2^k) for each further bit. */
SS_KERNEL int32_t ss_exp_of_negative(int32_t x)
{
    static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = (int32_t)1 << 24;
    const int32_t part = (x & (quarter - 1)) - quarter;

    const int32_t a = part * 32 + ((int32_t)1 << 28); /* Q0.31, plus 1/8 */
    const int32_t a2 = ss_high_multiply(a, a);
    const int32_t a3 = ss_high_multiply(a2, a);
    const int32_t a4 = ss_high_multiply(a2, a2);
    const int32_t tail = ss_high_multiply(ss_round_shift(a4, 2) + a3, 715827883) + a2; /* 1/3 */
    const int32_t base = 1895147668;                                                   /* exp(-1/8) */
    int32_t result = base + ss_high_multiply(base, a + ss_round_shift(tail, 1));

    const int32_t rest = part - x;
    for (int k = 0; k < 7; k++) {
        const int32_t mask = -((rest >> (24 + k)) & 1);
        result = ss_select(mask, ss_high_multiply(result, factor[k]), result);
    }
    return ss_select(ss_sign(x), result, INT32_MAX);
}

/* 1 / (1 + x) in Q0.31 for x in Q0.31, 0 <= x < 1: three steps of Newton and Raphson in Q2.29. */
SS_KERNEL int32_t ss_one_over_one_plus(int32_t x)
{
    const int32_t half = (int32_t)(((uint32_t)x + ((uint32_t)1 << 31)) >> 1); /* of the denominator */
    int32_t y = 1515870810 + ss_high_multiply(half, -1010580540);             /* 48/17 - 32/17 * half */
    for (int i = 0; i < 3; i++) {
        const int32_t error = ((int32_t)1 << 29) - ss_high_multiply(half, y);
        y += ss_high_multiply(y, error) * 4;
    }
    const int32_t most = ((int32_t)1 << 30) - 1;
    return ss_select(ss_sign(most - y), INT32_MAX, (int32_t)((uint32_t)y << 1));
}

/* 2^bits / sum in Q0.31, where bits is chosen so that it is above 1/2; sum in Q12.19, at least 1 and below 2^9. */
SS_KERNEL int32_t ss_softmax_reciprocal(uint32_t sum, int32_t *bits)
{
    uint32_t mantissa = sum << 4; /* sum = mantissa * 2^(bits - 12), the highest bit of mantissa set at the end */
    *bits = 8;
    for (int k = 3; k >= 0; k--) {
        const int step = 1 << k;
        const int32_t mask = ss_sign((int32_t)(mantissa >> (32 - step)) - 1);
        mantissa = (uint32_t)ss_select(mask, (int32_t)(mantissa << step), (int32_t)mantissa);
        *bits -= step & mask;
    }
    return ss_one_over_one_plus((int32_t)(mantissa - ((uint32_t)1 << 31)));
}

/* A difference to the largest input, at least `lowest`, in Q5.26. */
SS_SHARED int32_t ss_softmax_exp(int32_t difference, ss_scale scale, int32_t lowest)
{
    const int32_t scaled = (int32_t)((uint32_t)ss_max(difference, lowest) << scale.shift); /* up to 31 */
    return ss_exp_of_negative(ss_high_multiply(scaled, scale.multiplier)) & ~ss_sign(difference - lowest);
}

/* x / 2^n without its fraction, x >= 0, 0 <= n <= 15. */
SS_KERNEL int32_t ss_softmax_shift(int32_t x, int32_t n)
{
    for (int k = 3; k >= 0; k--)
        x = ss_select(-((n >> k) & 1), x >> (1 << k), x);
    return x;
}

SS_KERNEL void ss_softmax_ref(int32_t lowest,                             /* smaller differences count as exp = 0 */
                              ss_scale scale,                             /* of a difference, to Q5.26 */
                              int rows, int classes, const int8_t *input, /* (rows, classes) */
                              int8_t *output)                             /* (rows, classes) */
{
    for (int row = 0; row < rows; row++, input += classes, output += classes) {
        int32_t most = INT8_MIN;
        for (int c = 0; c < classes; c++)
            most = ss_max(most, input[c]);

        uint32_t sum = 0; /* Q12.19; exp(0) is in it */
        for (int c = 0; c < classes; c++)
            sum += ((uint32_t)ss_softmax_exp(input[c] - most, scale, lowest) + ((uint32_t)1 << 11)) >> 12;

        int32_t bits;
        const int32_t reciprocal = ss_softmax_reciprocal(sum, &bits);

        for (int c = 0; c < classes; c++) {
            const int32_t exponential = ss_softmax_exp(input[c] - most, scale, lowest);
            const int32_t halves = ss_softmax_shift(ss_high_multiply(reciprocal, exponential) >> 22, bits);
            output[c] = (int8_t)ss_clamp(((halves + 1) >> 1) + INT8_MIN, INT8_MIN, INT8_MAX);
        }
    }
}

#endif
