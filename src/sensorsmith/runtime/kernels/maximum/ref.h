/* Element-wise maximum or minimum of two tensors that broadcast, of one scale: plain C, any target.
 *
 * Not here: SIMD.
 */
#ifndef SS_MAXIMUM_REF_H
#define SS_MAXIMUM_REF_H

#include "ss_element.h"
#include "ss_fixed.h"
#include "ss_nest.h"

SS_KERNEL void ss_maximum_ref(int width, /* of an element, in bytes */
                              int flip,  /* 0, or -1 for the minimum: inverting all bits turns the order round */
                              ss_nest size,
                              ss_nest stride_1, const void *input_1, ss_nest stride_2, const void *input_2,
                              void *output) /* (size) */
{
    ss_nest at;
    int i = 0;
    SS_FOR_EACH (at, size) {
        const int32_t value_1 = ss_element(input_1, width, ss_offset(at, stride_1)) ^ flip;
        const int32_t value_2 = ss_element(input_2, width, ss_offset(at, stride_2)) ^ flip;
        ss_set_element(output, width, i++, ss_max(value_1, value_2) ^ flip);
    }
}

#endif
