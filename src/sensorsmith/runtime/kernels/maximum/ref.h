/* Element-wise maximum or minimum of two tensors that broadcast, int8 of one scale: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_MAXIMUM_REF_H
#define SS_MAXIMUM_REF_H

#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_maximum_ref(int flip, /* 0, or -1 for the minimum: inverting all bits turns the order round */
                              ss_nest size,
                              ss_nest stride_1, const int8_t *input_1, ss_nest stride_2, const int8_t *input_2,
                              int8_t *output) /* (size) */
{
    ss_nest at;
    SS_FOR_EACH (at, size) {
        const int32_t value_1 = input_1[ss_offset(at, stride_1)] ^ flip;
        const int32_t value_2 = input_2[ss_offset(at, stride_2)] ^ flip;
        *output++ = (int8_t)(ss_max(value_1, value_2) ^ flip);
    }
}

#endif
