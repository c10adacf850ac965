/* Moves elements from one regular pattern of places to another, byte for byte: plain C, any target. It serves all
 * operators that cut, join, turn or mirror tensors.
 *
 * Not here: whole words at a time; places that follow no pattern.
 */
#ifndef SS_COPY_REF_H
#define SS_COPY_REF_H

#include "ss_nest.h"

SS_KERNEL void ss_copy_ref(ss_nest size,
                           int input_first, ss_nest input_stride, const int8_t *input,
                           int output_first, ss_nest output_stride, int8_t *output)
{
    ss_nest at;
    SS_FOR_EACH (at, size)
        output[output_first + ss_offset(at, output_stride)] = input[input_first + ss_offset(at, input_stride)];
}

#endif
