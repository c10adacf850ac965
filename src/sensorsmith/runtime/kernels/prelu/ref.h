/* x where it is positive, alpha * x where it is not: plain C, any target. The output may take the place of the input.
 *
 * Not here: one alpha for all of int8, which a table of 256 values serves.
 */
#ifndef SS_PRELU_REF_H
#define SS_PRELU_REF_H

#include "ss_element.h"
#include "ss_fixed.h"

SS_KERNEL void ss_prelu_ref(int width, /* of an element, in bytes */
                            int32_t input_zero_point, int32_t alpha_zero_point, ss_range range,
                            ss_scale positive_scale, ss_scale negative_scale,
                            int repeats, const void *input,  /* (repeats, alphas) */
                            int alphas, const int8_t *alpha, /* (alphas) */
                            void *output)                    /* (repeats, alphas) */
{
    for (int r = 0; r < repeats; r++) {
        for (int i = 0; i < alphas; i++) {
            const int32_t value = ss_element(input, width, r * alphas + i) - input_zero_point;
            /* One of the two is 0, and stays 0 when it is scaled. */
            const int32_t negative = value & ss_sign(value);
            const int32_t slope = SS_READ_8(&alpha[i]) - alpha_zero_point;
            const int32_t scaled =
                ss_requantize(value - negative, positive_scale.multiplier, positive_scale.shift) +
                ss_requantize(ss_times(negative, slope), negative_scale.multiplier, negative_scale.shift);
            ss_set_element(output, width, r * alphas + i, ss_to_range(scaled, range));
        }
    }
}

#endif
