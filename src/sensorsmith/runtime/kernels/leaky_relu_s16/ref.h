/* One factor for positive inputs and another for negative ones, int16: plain C, any target. The output may take the
 * place of the input. A negative slope is given by its magnitude and sign.
 *
 * Not here: slopes that differ from element to element.
 */
#ifndef SS_LEAKY_RELU_S16_REF_H
#define SS_LEAKY_RELU_S16_REF_H

#include "ss_fixed_16.h"

SS_KERNEL void ss_leaky_relu_s16_ref(ss_range range, ss_scale positive_scale, ss_scale negative_scale, int32_t sign,
                                     int size, const int16_t *input, /* (size) */
                                     int16_t *output)                /* (size) */
{
    for (int i = 0; i < size; i++) {
        /* One of the two is 0, and stays 0 when it is scaled. */
        const int32_t negative = input[i] & ss_sign(input[i]);
        const int32_t positive = input[i] - negative;
        output[i] = ss_to_int16(ss_requantize(positive, positive_scale.multiplier, positive_scale.shift) +
                                    sign * ss_requantize(negative, negative_scale.multiplier, negative_scale.shift),
                                range);
    }
}

#endif
