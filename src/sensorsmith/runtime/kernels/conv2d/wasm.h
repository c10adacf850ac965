/* Convolution, int8, for WebAssembly with SIMD128: each window is copied to a column, then all rows of weights meet it.
 *
 * Rows and column are filled up to a multiple of 16 values, the rows with zeros; the input's zero point is part of the
 * bias and fills what lies outside of the image.
 * Not here: more than one column at a time.
 */
#ifndef SS_CONV2D_WASM_H
#define SS_CONV2D_WASM_H

#include "ss_fixed.h"
#include "ss_simd128.h"
#include "ss_window.h"

/* The values of one tap. */
SS_KERNEL void ss_conv2d_copy(int8_t *to, const int8_t *from, int count)
{
    int i = 0;
    for (; i + SS_DOT_STEP <= count; i += SS_DOT_STEP)
        ss_copy_16(to + i, from + i);
    for (; i < count; i++)
        to[i] = from[i];
}

SS_KERNEL void ss_conv2d_column(ss_window window, int32_t input_zero_point, ss_dims input_dims, const int8_t *input,
                                ss_dims filter_dims, int in_y, int in_x, int8_t *column)
{
    for (int ky = 0; ky < filter_dims.h; ky++) {
        const int y = in_y + ky * window.dilation_h;
        for (int kx = 0; kx < filter_dims.w; kx++, column += input_dims.c) {
            const int x = in_x + kx * window.dilation_w;
            if (y >= 0 && y < input_dims.h && x >= 0 && x < input_dims.w)
                ss_conv2d_copy(column, &input[(y * input_dims.w + x) * input_dims.c], input_dims.c);
            else
                for (int i = 0; i < input_dims.c; i++)
                    column[i] = (int8_t)input_zero_point;
        }
    }
}

SS_KERNEL void ss_conv2d_wasm(ss_window window, int32_t input_zero_point, ss_range range,
                              ss_channel_scales scales,                  /* (output c) */
                              ss_dims input_dims, const int8_t *input,   /* (h, w, c) */
                              ss_dims filter_dims, int row,              /* values of a row of weights */
                              const int8_t *filter,                      /* (output c, row), an even number of rows */
                              const int32_t *bias,                       /* (output c) */
                              ss_dims output_dims, int8_t *output,       /* (h, w, c) */
                              int8_t *column)                            /* (row) */
{
    for (int i = filter_dims.h * filter_dims.w * input_dims.c; i < row; i++)
        column[i] = 0;
    for (int y = 0; y < output_dims.h; y++) {
        for (int x = 0; x < output_dims.w; x++) {
            ss_conv2d_column(window, input_zero_point, input_dims, input, filter_dims,
                             y * window.stride_h - window.pad_h, x * window.stride_w - window.pad_w, column);
            const int8_t *weights = filter;
            for (int o = 0; o < output_dims.c; o += 2, weights += 2 * row) {
                int32_t sums[2];
                ss_dot_two(column, weights, weights + row, row, sums);
                for (int i = 0; i < 2 && o + i < output_dims.c; i++) {
                    const int32_t sum =
                        ss_requantize(sums[i] + bias[o + i], scales.multiplier[o + i], scales.shift[o + i]);
                    *output++ = ss_to_int8(sum, range);
                }
            }
        }
    }
}

#endif
