/* Transposed convolution, int16 activations and int8 weights: plain C, any target. Each output pixel gathers the taps
 * that reach it.
 *
 * Not here: SIMD; a buffer of sums into which the input is scattered, as in TFLite Micro.
 */
#ifndef SS_TRANSPOSE_CONV_S16_REF_H
#define SS_TRANSPOSE_CONV_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_window.h"

SS_KERNEL void ss_transpose_conv_s16_ref(ss_window window, /* of the output, one for each input pixel */
                                         int scaling, ss_range range,
                                         ss_channel_scales scales,                  /* (output c) */
                                         ss_dims input_dims, const int16_t *input,  /* (h, w, c) */
                                         ss_dims filter_dims, const int8_t *filter, /* (output c, h, w, c) */
                                         const int32_t *bias,                       /* (output c) */
                                         ss_dims output_dims, int16_t *output)      /* (h, w, c) */
{
    ss_reached rows = ss_reached_start(window.pad_h, window.stride_h);
    for (int y = 0; y < output_dims.h; y++, rows = ss_reached_next(rows, window.stride_h)) {
        ss_reached columns = ss_reached_start(window.pad_w, window.stride_w);
        for (int x = 0; x < output_dims.w; x++, columns = ss_reached_next(columns, window.stride_w)) {
            for (int o = 0; o < output_dims.c; o++) {
                int64_t sum = SS_READ_32(&bias[o]);
                for (int ky = rows.first, in_y = rows.input; ky < filter_dims.h; ky += window.stride_h, in_y--) {
                    if (in_y < 0 || in_y >= input_dims.h)
                        continue;
                    for (int kx = columns.first, in_x = columns.input; kx < filter_dims.w;
                         kx += window.stride_w, in_x--) {
                        if (in_x < 0 || in_x >= input_dims.w)
                            continue;
                        sum += ss_dot_16(&input[(in_y * input_dims.w + in_x) * input_dims.c],
                                         &filter[((o * filter_dims.h + ky) * filter_dims.w + kx) * input_dims.c],
                                         input_dims.c);
                    }
                }
                *output++ = ss_sum_to_int16(sum, scaling, SS_READ_32(&scales.multiplier[o]),
                                            SS_READ_8(&scales.shift[o]), range);
            }
        }
    }
}

#endif
