/* The logistic function of int16, from a table of its values at i / 24 in Q0.16 with straight lines between. */
#ifndef SS_SIGMOID_16_H
#define SS_SIGMOID_16_H

#include "ss_fixed_16.h"

/* x * multiplier / 2^shift, half up. */
SS_KERNEL int32_t ss_sigmoid_argument(int32_t x, int32_t multiplier, int shift)
{
    return (ss_times(x, multiplier) + (int32_t)(((uint32_t)1 << shift) >> 1)) >> shift;
}

/* logistic(|x|) with `bits` more bits than the table, x in 2^-bits of its steps; `most` beyond its end. */
SS_KERNEL int32_t ss_sigmoid_16(int32_t x, int bits, int32_t most, const uint16_t *table /* (256) */)
{
    const int32_t sign = ss_sign(x);
    const int32_t magnitude = (x ^ sign) - sign;
    const int32_t inside = ss_sign((magnitude >> bits) - 255);
    const int step = (int)((magnitude >> bits) & inside);
    const int32_t low = (uint16_t)SS_READ_16(&table[step]);
    const int32_t high = (uint16_t)SS_READ_16(&table[step + 1]);
    const int32_t between = low * ((int32_t)1 << bits) + ss_times(magnitude & (((int32_t)1 << bits) - 1), high - low);
    return ss_select(inside, between, most);
}

/* The logistic function in Q0.15, x in 1/12288. */
SS_KERNEL int32_t ss_logistic_16(int32_t x, const uint16_t *table)
{
    const int32_t upper = ss_sigmoid_16(x, 9, (int32_t)0x7FFF << 10, table);
    /* 1 - upper for negative x, in Q0.25. */
    const int32_t sign = ss_sign(x);
    const int32_t result = ((upper ^ sign) - sign) + (((int32_t)1 << 25) & sign);
    return (result + ((int32_t)1 << 9) + sign) >> 10;
}

/* The hyperbolic tangent in Q0.15, x in 1/12288: 2 logistic(2x) - 1. */
SS_KERNEL int32_t ss_tanh_16(int32_t x, const uint16_t *table)
{
    const int32_t half = ss_sigmoid_16(x, 8, (int32_t)0xFFFF << 8, table) - ((int32_t)1 << 23);
    const int32_t sign = ss_sign(x);
    return ((half ^ sign) - sign + ((int32_t)1 << 7) + sign) >> 8;
}

#endif
