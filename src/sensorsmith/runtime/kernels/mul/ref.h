/* Element-wise product of two tensors that broadcast: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_MUL_REF_H
#define SS_MUL_REF_H

#include "ss_element.h"
#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_mul_ref(int width, /* of an element, in bytes */
                          int32_t zero_point_1, int32_t zero_point_2, ss_range range, ss_scale scale, ss_nest size,
                          ss_nest stride_1, const void *input_1, ss_nest stride_2, const void *input_2,
                          void *output) /* (size) */
{
    ss_nest at;
    int i = 0;
    SS_FOR_EACH (at, size) {
        const int32_t value_1 = ss_element(input_1, width, ss_offset(at, stride_1)) - zero_point_1;
        const int32_t value_2 = ss_element(input_2, width, ss_offset(at, stride_2)) - zero_point_2;
        const int32_t product = ss_requantize(ss_times(value_1, value_2), scale.multiplier, scale.shift);
        ss_set_element(output, width, i++, ss_to_range(product, range));
    }
}

#endif
