/* Element-wise sum or difference of two tensors that broadcast, int8: plain C, any target.
 *
 * Not here: SIMD. The sum of tensors of one shape is ss_add.
 */
#ifndef SS_SUM_REF_H
#define SS_SUM_REF_H

#include "ss_add_ref.h"
#include "ss_nest.h"

SS_KERNEL void ss_sum_ref(int32_t sign, /* of the second input */
                          int32_t zero_point_1, int32_t zero_point_2, ss_range range,
                          ss_scale scale_1, ss_scale scale_2, ss_scale output_scale, ss_nest size,
                          ss_nest stride_1, const int8_t *input_1, ss_nest stride_2, const int8_t *input_2,
                          int8_t *output) /* (size) */
{
    ss_nest at;
    SS_FOR_EACH (at, size) {
        const int32_t term_1 = ss_add_term(input_1[ss_offset(at, stride_1)], zero_point_1, scale_1);
        const int32_t term_2 = ss_add_term(input_2[ss_offset(at, stride_2)], zero_point_2, scale_2);
        const int32_t sum = term_1 + sign * term_2;
        *output++ = ss_to_int8(ss_requantize(sum, output_scale.multiplier, output_scale.shift), range);
    }
}

#endif
