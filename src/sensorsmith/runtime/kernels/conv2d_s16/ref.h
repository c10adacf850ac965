/* Convolution, int16 activations and int8 weights: plain C, any target. A dense layer is one of 1x1.
 *
 * Not here: register blocking, SIMD, im2col. Taps of one row that follow each other in memory form one dot product.
 */
#ifndef SS_CONV2D_S16_REF_H
#define SS_CONV2D_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_window.h"

SS_KERNEL void ss_conv2d_s16_ref(ss_window window, int scaling, ss_range range,
                                 ss_channel_scales scales,                  /* (output c) */
                                 ss_dims input_dims, const int16_t *input,  /* (h, w, c) */
                                 ss_dims filter_dims, const int8_t *filter, /* (output c, h, w, c) */
                                 const int32_t *bias,                       /* (output c) */
                                 ss_dims output_dims, int16_t *output)      /* (h, w, c) */
{
    /* Neighbouring taps touch neighbouring pixels unless the window is dilated. */
    const int dense = window.dilation_w == 1;
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        const ss_taps rows = ss_taps_inside(in_y, filter_dims.h, window.dilation_h, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const ss_taps columns = ss_taps_inside(in_x, filter_dims.w, window.dilation_w, input_dims.w);
            const int step = dense ? columns.last - columns.first : 1;
            for (int o = 0; o < output_dims.c; o++) {
                int64_t sum = SS_READ_32(&bias[o]);
                for (int ky = rows.first; ky < rows.last; ky++) {
                    const int in_row = (in_y + ky * window.dilation_h) * input_dims.w;
                    const int filter_row = (o * filter_dims.h + ky) * filter_dims.w;
                    for (int kx = columns.first; kx < columns.last; kx += step)
                        sum += ss_dot_16(&input[(in_row + in_x + kx * window.dilation_w) * input_dims.c],
                                         &filter[(filter_row + kx) * input_dims.c], step * input_dims.c);
                }
                *output++ = ss_sum_to_int16(sum, scaling, SS_READ_32(&scales.multiplier[o]),
                                            SS_READ_8(&scales.shift[o]), range);
            }
        }
    }
}

#endif
