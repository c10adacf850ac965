/* Element-wise sum of two tensors of one shape, int8: plain C, any target. The output may take the place of an input.
 *
 * Not here: broadcasting.
 */
#ifndef SS_ADD_REF_H
#define SS_ADD_REF_H

#include "ss_fixed.h"

/* Both inputs are brought to twice the larger of their scales, with 20 more bits. */
SS_KERNEL int32_t ss_add_term(int8_t x, int32_t zero_point, ss_scale scale)
{
    return ss_requantize((x - zero_point) * ((int32_t)1 << 20), scale.multiplier, scale.shift);
}

SS_KERNEL void ss_add_ref(int32_t zero_point_1, int32_t zero_point_2, ss_range range,
                          ss_scale scale_1, ss_scale scale_2, ss_scale output_scale,
                          int size, const int8_t *input_1, /* (size) */
                          const int8_t *input_2,           /* (size) */
                          int8_t *output)                  /* (size) */
{
    for (int i = 0; i < size; i++) {
        const int32_t term_1 = ss_add_term(input_1[i], zero_point_1, scale_1);
        const int32_t term_2 = ss_add_term(input_2[i], zero_point_2, scale_2);
        output[i] = ss_to_int8(ss_requantize(term_1 + term_2, output_scale.multiplier, output_scale.shift), range);
    }
}

#endif
