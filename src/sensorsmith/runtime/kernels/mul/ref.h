/* Element-wise product of two tensors that broadcast, int8: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_MUL_REF_H
#define SS_MUL_REF_H

#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_mul_ref(int32_t zero_point_1, int32_t zero_point_2, ss_range range, ss_scale scale, ss_nest size,
                          ss_nest stride_1, const int8_t *input_1, ss_nest stride_2, const int8_t *input_2,
                          int8_t *output) /* (size) */
{
    ss_nest at;
    SS_FOR_EACH (at, size) {
        const int32_t value_1 = input_1[ss_offset(at, stride_1)] - zero_point_1;
        const int32_t value_2 = input_2[ss_offset(at, stride_2)] - zero_point_2;
        *output++ = ss_to_int8(ss_requantize(ss_times(value_1, value_2), scale.multiplier, scale.shift), range);
    }
}

#endif
