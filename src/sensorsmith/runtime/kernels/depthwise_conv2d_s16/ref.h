/* Depthwise convolution, int16 activations and int8 weights: plain C, any target. Output channel o reads input channel
 * o / multiplier.
 *
 * Not here: SIMD, reuse of pixels between neighbouring windows.
 */
#ifndef SS_DEPTHWISE_CONV2D_S16_REF_H
#define SS_DEPTHWISE_CONV2D_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_window.h"

SS_KERNEL void ss_depthwise_conv2d_s16_ref(ss_window window, int scaling, ss_range range,
                                           ss_channel_scales scales,                  /* (output c) */
                                           ss_dims input_dims, const int16_t *input,  /* (h, w, c) */
                                           ss_dims filter_dims, const int8_t *filter, /* (h, w, output c) */
                                           const int32_t *bias,                       /* (output c) */
                                           ss_dims output_dims, int16_t *output)      /* (h, w, c) */
{
    const int multiplier = output_dims.c / input_dims.c;
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        const ss_taps rows = ss_taps_inside(in_y, filter_dims.h, window.dilation_h, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const ss_taps columns = ss_taps_inside(in_x, filter_dims.w, window.dilation_w, input_dims.w);
            for (int o = 0, i = 0, m = 0; o < output_dims.c; o++) {
                int64_t sum = SS_READ_32(&bias[o]);
                for (int ky = rows.first; ky < rows.last; ky++) {
                    const int in_row = (in_y + ky * window.dilation_h) * input_dims.w + in_x;
                    const int16_t *in = &input[in_row * input_dims.c + i];
                    const int8_t *weight = &filter[ky * filter_dims.w * output_dims.c + o];
                    for (int kx = columns.first; kx < columns.last; kx++)
                        sum += ss_times(in[kx * window.dilation_w * input_dims.c], SS_READ_8(&weight[kx * output_dims.c]));
                }
                *output++ = ss_sum_to_int16(sum, scaling, SS_READ_32(&scales.multiplier[o]),
                                            SS_READ_8(&scales.shift[o]), range);
                if (++m == multiplier) {
                    m = 0;
                    i++;
                }
            }
        }
    }
}

#endif
