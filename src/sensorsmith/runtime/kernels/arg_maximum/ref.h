/* Position of the maximum or minimum along one axis, int8 to int32, the first of equals: plain C, any target.
 *
 * Not here: several axes.
 */
#ifndef SS_ARG_MAXIMUM_REF_H
#define SS_ARG_MAXIMUM_REF_H

#include "ss_fixed.h"

SS_KERNEL void ss_arg_maximum_ref(int flip, /* 0, or -1 for the minimum: inverting all bits turns the order round */
                                  ss_dims input_dims, const int8_t *input, /* (h, w, c), the search goes along w */
                                  int32_t *output)                         /* (h, c) */
{
    for (int h = 0; h < input_dims.h; h++) {
        for (int c = 0; c < input_dims.c; c++) {
            int32_t most = INT8_MIN, position = 0;
            for (int w = 0; w < input_dims.w; w++) {
                const int32_t value = input[(h * input_dims.w + w) * input_dims.c + c] ^ flip;
                position = ss_select(ss_sign(most - value), w, position);
                most = ss_max(most, value);
            }
            *output++ = position;
        }
    }
}

#endif
