/* Resize an image by repeating or leaving out pixels: plain C, any target.
 *
 * Not here: how positions become pixels, for which the compiler makes tables.
 */
#ifndef SS_RESIZE_NEAREST_REF_H
#define SS_RESIZE_NEAREST_REF_H

#include "ss_element.h"

SS_KERNEL void ss_resize_nearest_ref(int width,                             /* of an element, in bytes */
                                     ss_dims input_dims, const void *input, /* (h, w, c) */
                                     const int16_t *rows,                   /* (output h), rows of the input */
                                     const int16_t *columns,                /* (output w), columns of the input */
                                     ss_dims output_dims, void *output)     /* (h, w, c) */
{
    int i = 0;
    for (int y = 0; y < output_dims.h; y++) {
        const int in_row = SS_READ_16(&rows[y]) * input_dims.w;
        for (int x = 0; x < output_dims.w; x++) {
            const int in = (in_row + SS_READ_16(&columns[x])) * input_dims.c;
            for (int c = 0; c < output_dims.c; c++)
                ss_set_element(output, width, i++, ss_element(input, width, in + c));
        }
    }
}

#endif
