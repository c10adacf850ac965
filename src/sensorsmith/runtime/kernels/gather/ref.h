/* Picks slices of a tensor by a table of positions: plain C, any target.
 *
 * Not here: positions that a layer computes.
 */
#ifndef SS_GATHER_REF_H
#define SS_GATHER_REF_H

#include "ss_base.h"

SS_KERNEL void ss_gather_ref(ss_dims input_dims, const int8_t *input,  /* (h, w, c), positions are along w */
                             int count, const int32_t *positions,      /* (count), in flash */
                             int8_t *output)                           /* (h, count, c) */
{
    for (int h = 0; h < input_dims.h; h++) {
        for (int i = 0; i < count; i++) {
            const int8_t *slice = &input[(h * input_dims.w + (int)SS_READ_32(&positions[i])) * input_dims.c];
            for (int c = 0; c < input_dims.c; c++)
                *output++ = slice[c];
        }
    }
}

#endif
