/* Fixed-point arithmetic of TFLite Micro where activations have 16 bits, bit for bit, without a branch: sums of
 * products may need 64 bits, are scaled by 15 bits, and rounded once. Sums to a bias of 32 bits have 32 bits, and are
 * scaled as those of int8 are.
 *
 * Zero points are 0. The compiler says where 32 bits hold a sum, and refuses a model in which a result could leave
 * int32 (compiler/requantize.py).
 */
#ifndef SS_FIXED_16_H
#define SS_FIXED_16_H

#include "ss_fixed.h"

/* floor(x * multiplier / 2^16); 0 <= multiplier < 2^15. */
SS_KERNEL int32_t ss_multiply_16(int32_t x, int32_t multiplier)
{
#if SS_WIDE_MULTIPLY
    return (int32_t)(((int64_t)x * multiplier) >> 16);
#else
    const uint32_t low = (uint32_t)(x & 0xFFFF) * (uint32_t)multiplier;
    return (x >> 16) * multiplier + (int32_t)(low >> 16);
#endif
}

/* x * multiplier * 2^(shift - 15), half up. |x| * 2^(shift + 2) < 2^31, so that 17 bits at least are shifted out, and
 * the lower half of the product counts for nothing. */
SS_KERNEL int32_t ss_requantize_narrow(int32_t x, int32_t multiplier, int shift)
{
    const int left = (shift + 2) & ~((shift + 2) >> 7);
    const int right = left - (shift + 2); /* beyond 17 bits */
    const int32_t product = ss_multiply_16((int32_t)((uint32_t)x << left), multiplier);
    return (product + ((int32_t)1 << right)) >> (right + 1);
}

/* The same for sums of up to 47 bits. */
SS_KERNEL int32_t ss_requantize_wide(int64_t x, int32_t multiplier, int shift)
{
    /* 16 bits at a time: no target needs a multiplication of 64 bits. */
    const int32_t top = (int32_t)(x >> 32) * multiplier;
    const int32_t middle = (int32_t)((x >> 16) & 0xFFFF) * multiplier;
    const int32_t bottom = (int32_t)(x & 0xFFFF) * multiplier;
    const int64_t product = (int64_t)top * ((int64_t)1 << 32) + (int64_t)middle * 65536 + bottom;
    return (int32_t)((product + ((int64_t)1 << (14 - shift))) >> (15 - shift));
}

/* Products that are added up in 32 bits before they go into a sum of 64. */
#define SS_PRODUCTS_AT_ONCE 512

/* A sum of n products of activations with weights in flash. */
SS_KERNEL int64_t ss_dot_16(const int16_t *input, const int8_t *weights, int n)
{
    int64_t sum = 0;
    for (int i = 0; i < n;) {
        const int stop = n - i > SS_PRODUCTS_AT_ONCE ? i + SS_PRODUCTS_AT_ONCE : n;
        int32_t part = 0;
        for (; i < stop; i++)
            part += ss_times(input[i], SS_READ_8(&weights[i]));
        sum += part;
    }
    return sum;
}

/* x less than 2^31 - 2^15 in magnitude. */
SS_KERNEL int16_t ss_to_int16(int32_t x, ss_range range)
{
    return (int16_t)ss_clamp(x, range.minimum, range.maximum);
}

/* scaling: 0, by 15 bits; 1, by 15 bits where the sum may need more than 32; 2, by 31 bits, of a sum of 32. */
SS_KERNEL int16_t ss_sum_to_int16(int64_t sum, int scaling, int32_t multiplier, int shift, ss_range range)
{
    return ss_to_int16(scaling == 0   ? ss_requantize_narrow((int32_t)sum, multiplier, shift)
                       : scaling == 1 ? ss_requantize_wide(sum, multiplier, shift)
                                      : ss_requantize((int32_t)sum, multiplier, shift),
                       range);
}

#endif
