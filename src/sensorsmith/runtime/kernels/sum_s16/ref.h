/* Element-wise sum or difference of two tensors that broadcast, int16: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_SUM_S16_REF_H
#define SS_SUM_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_nest.h"

/* Both inputs are brought to twice the larger of their scales, with 15 more bits. */
SS_KERNEL int32_t ss_add_term_16(int16_t x, ss_scale scale)
{
    return ss_requantize(x * ((int32_t)1 << 15), scale.multiplier, scale.shift);
}

SS_KERNEL void ss_sum_s16_ref(int32_t sign, /* of the second input */
                              ss_range range, ss_scale scale_1, ss_scale scale_2, ss_scale output_scale, ss_nest size,
                              ss_nest stride_1, const int16_t *input_1, ss_nest stride_2, const int16_t *input_2,
                              int16_t *output) /* (size) */
{
    ss_nest at;
    SS_FOR_EACH (at, size) {
        const int32_t term_1 = ss_add_term_16(input_1[ss_offset(at, stride_1)], scale_1);
        const int32_t term_2 = ss_add_term_16(input_2[ss_offset(at, stride_2)], scale_2);
        const int32_t sum = term_1 + sign * term_2;
        *output++ = ss_to_int16(ss_requantize(sum, output_scale.multiplier, output_scale.shift), range);
    }
}

#endif
