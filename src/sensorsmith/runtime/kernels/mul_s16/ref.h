/* Element-wise product of two tensors that broadcast, int16: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_MUL_S16_REF_H
#define SS_MUL_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_nest.h"

SS_KERNEL void ss_mul_s16_ref(ss_range range, ss_scale scale, ss_nest size,
                              ss_nest stride_1, const int16_t *input_1, ss_nest stride_2, const int16_t *input_2,
                              int16_t *output) /* (size) */
{
    ss_nest at;
    SS_FOR_EACH (at, size) {
        const int32_t product = ss_times(input_1[ss_offset(at, stride_1)], input_2[ss_offset(at, stride_2)]);
        *output++ = ss_to_int16(ss_requantize(product, scale.multiplier, scale.shift), range);
    }
}

#endif
