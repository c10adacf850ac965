/* Sum or mean over any axes: plain C, any target. One over the count is part of the scale of a mean.
 *
 * Not here: SIMD. Axes that are neighbours are left to ss_mean.
 */
#ifndef SS_REDUCE_SUM_REF_H
#define SS_REDUCE_SUM_REF_H

#include "ss_element.h"
#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_reduce_sum_ref(int width,          /* of an element, in bytes */
                                 int32_t correction, /* minus the zero points of all that is added up */
                                 ss_range range, ss_scale scale,
                                 ss_nest size, ss_nest stride,                 /* what remains */
                                 ss_nest reduced_size, ss_nest reduced_stride, /* what goes */
                                 const void *input,
                                 void *output) /* (size) */
{
    ss_nest at, in;
    int i = 0;
    SS_FOR_EACH (at, size) {
        const int first = ss_offset(at, stride);
        int32_t sum = correction;
        SS_FOR_EACH (in, reduced_size)
            sum += ss_element(input, width, first + ss_offset(in, reduced_stride));
        ss_set_element(output, width, i++, ss_to_range(ss_requantize(sum, scale.multiplier, scale.shift), range));
    }
}

#endif
