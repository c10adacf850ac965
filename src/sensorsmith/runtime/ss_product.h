/* Products of 8 by 8 bits, for machines that have no wider ones. */
#ifndef SS_PRODUCT_H
#define SS_PRODUCT_H

#include "ss_base.h"

/* No weight is -128, so that two products fit 16 bits together. */
SS_KERNEL int32_t ss_dot(const int8_t *x, const int8_t *weights, int count)
{
    int32_t sum = 0;
    for (int pairs = count >> 1; pairs > 0; pairs--, x += 2, weights += 2)
        sum += (int16_t)(x[0] * SS_READ_8(&weights[0]) + x[1] * SS_READ_8(&weights[1]));
    if (count & 1)
        sum += (int16_t)(*x * SS_READ_8(weights));
    return sum;
}

/* The sum of the weights, times x: what the padding gives. */
SS_KERNEL int32_t ss_dot_of_one(int32_t x, const int8_t *weights, int count)
{
    int16_t sum = 0;
    for (; count > 0; count--)
        sum = (int16_t)(sum + SS_READ_8(weights++));
    return x * sum;
}

#endif
