/* Element-wise sum or difference of two tensors that broadcast: plain C, any target.
 *
 * Not here: SIMD. The sum of int8 tensors of one shape is ss_add.
 */
#ifndef SS_SUM_REF_H
#define SS_SUM_REF_H

#include "ss_element.h"
#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_sum_ref(int width,    /* of an element, in bytes */
                          int32_t unit, /* to which both inputs are multiplied, before twice the larger of their scales
                                           becomes their common one */
                          int32_t sign, /* of the second input */
                          int32_t zero_point_1, int32_t zero_point_2, ss_range range,
                          ss_scale scale_1, ss_scale scale_2, ss_scale output_scale, ss_nest size,
                          ss_nest stride_1, const void *input_1, ss_nest stride_2, const void *input_2,
                          void *output) /* (size) */
{
    ss_nest at;
    int i = 0;
    SS_FOR_EACH (at, size) {
        const int32_t value_1 = (ss_element(input_1, width, ss_offset(at, stride_1)) - zero_point_1) * unit;
        const int32_t value_2 = (ss_element(input_2, width, ss_offset(at, stride_2)) - zero_point_2) * unit;
        const int32_t term_1 = ss_requantize(value_1, scale_1.multiplier, scale_1.shift);
        const int32_t term_2 = ss_requantize(value_2, scale_2.multiplier, scale_2.shift);
        const int32_t sum = ss_requantize(term_1 + sign * term_2, output_scale.multiplier, output_scale.shift);
        ss_set_element(output, width, i++, ss_to_range(sum, range));
    }
}

#endif
