/* Sum or mean over any axes, int8: plain C, any target. One over the count is part of the scale of a mean.
 *
 * Not here: SIMD. Axes that are neighbours are left to ss_mean.
 */
#ifndef SS_REDUCE_SUM_REF_H
#define SS_REDUCE_SUM_REF_H

#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_reduce_sum_ref(int32_t correction, /* minus the zero points of all that is added up */
                                 ss_range range, ss_scale scale,
                                 ss_nest size, ss_nest stride,                 /* what remains */
                                 ss_nest reduced_size, ss_nest reduced_stride, /* what goes */
                                 const int8_t *input,
                                 int8_t *output) /* (size) */
{
    ss_nest at, in;
    SS_FOR_EACH (at, size) {
        const int first = ss_offset(at, stride);
        int32_t sum = correction;
        SS_FOR_EACH (in, reduced_size)
            sum += input[first + ss_offset(in, reduced_stride)];
        *output++ = ss_to_int8(ss_requantize(sum, scale.multiplier, scale.shift), range);
    }
}

#endif
