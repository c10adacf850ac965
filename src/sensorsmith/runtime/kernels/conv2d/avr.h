/* Convolution, int8, for AVR: as ref, with products of 8 by 8 bits, for which there is an instruction.
 *
 * The zero point is part of the bias, as if every tap of the window lay inside; so a tap outside counts as one that
 * reads the zero point.
 * Not here: register blocking.
 */
#ifndef SS_CONV2D_AVR_H
#define SS_CONV2D_AVR_H

#include "ss_level.h"
#include "ss_product.h"
#include "ss_window.h"

SS_KERNEL void ss_conv2d_avr(ss_window window, int32_t input_zero_point, int bends,
                             ss_dims input_dims, const int8_t *input,   /* (h, w, c) */
                             ss_dims filter_dims, const int8_t *filter, /* (output c, h, w, c) */
                             const uint32_t *levels,                    /* (output c, 4 or 6) */
                             ss_dims output_dims, int8_t *output)       /* (h, w, c) */
{
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const int dense = window.dilation_w == 1 && in_x >= 0 && in_x + filter_dims.w <= input_dims.w;
            const int taps = dense ? filter_dims.w : 1; /* that follow each other in memory */
            const int8_t *weight = filter;
            for (int o = 0; o < output_dims.c; o++) {
                const ss_level level = ss_read_level(&levels[o * SS_LEVEL_WORDS(bends)], bends);
                int32_t sum = level.bias;
                for (int ky = 0; ky < filter_dims.h; ky++) {
                    const int row = in_y + ky * window.dilation_h;
                    for (int kx = 0; kx < filter_dims.w; kx += taps) {
                        const int column = in_x + kx * window.dilation_w;
                        const int count = taps * input_dims.c;
                        if (row >= 0 && row < input_dims.h && column >= 0 && column < input_dims.w)
                            sum += ss_dot(&input[(row * input_dims.w + column) * input_dims.c], weight, count);
                        else
                            sum += ss_dot_of_one(input_zero_point, weight, count);
                        weight += count;
                    }
                }
                *output++ = ss_to_level(sum, level);
            }
        }
    }
}

#endif
