/* Maximum or minimum over any axes, int8 of one scale: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_REDUCE_MAXIMUM_REF_H
#define SS_REDUCE_MAXIMUM_REF_H

#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_reduce_maximum_ref(int flip, /* 0, or -1 for the minimum: inverting all bits turns the order round */
                                     ss_nest size, ss_nest stride,                 /* what remains */
                                     ss_nest reduced_size, ss_nest reduced_stride, /* what goes */
                                     const int8_t *input,
                                     int8_t *output) /* (size) */
{
    ss_nest at, in;
    SS_FOR_EACH (at, size) {
        const int first = ss_offset(at, stride);
        int32_t most = INT8_MIN;
        SS_FOR_EACH (in, reduced_size)
            most = ss_max(most, input[first + ss_offset(in, reduced_stride)] ^ flip);
        *output++ = (int8_t)(most ^ flip);
    }
}

#endif
