/* Resize an image by repeating or leaving out pixels, int8: plain C, any target.
 *
 * Not here: how positions become pixels, for which the compiler makes tables.
 */
#ifndef SS_RESIZE_NEAREST_REF_H
#define SS_RESIZE_NEAREST_REF_H

#include "ss_base.h"

SS_KERNEL void ss_resize_nearest_ref(ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                                     const int16_t *rows,                     /* (output h), rows of the input */
                                     const int16_t *columns,                  /* (output w), columns of the input */
                                     ss_dims output_dims, int8_t *output)     /* (h, w, c) */
{
    for (int y = 0; y < output_dims.h; y++) {
        const int in_row = SS_READ_16(&rows[y]) * input_dims.w;
        for (int x = 0; x < output_dims.w; x++) {
            const int8_t *in = &input[(in_row + SS_READ_16(&columns[x])) * input_dims.c];
            for (int c = 0; c < output_dims.c; c++)
                *output++ = in[c];
        }
    }
}

#endif
