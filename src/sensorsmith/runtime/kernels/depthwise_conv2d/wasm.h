/* Depthwise convolution, int8, for WebAssembly with SIMD128: 16 channels at a time.
 *
 * Not here: multipliers above one; channels beyond the last 16, which the compiler leaves to ref.
 */
#ifndef SS_DEPTHWISE_CONV2D_WASM_H
#define SS_DEPTHWISE_CONV2D_WASM_H

#include "ss_fixed.h"
#include "ss_simd128.h"
#include "ss_window.h"

/* Add the products of 16 channels, of one tap, to their sums. */
SS_KERNEL void ss_depthwise_add_16(int32_t *sums, const int8_t *x, const int8_t *weights, int32_t zero_point)
{
#if defined(__wasm_simd128__)
    const v128_t zero = wasm_i16x8_splat((int16_t)zero_point);
    const v128_t values = wasm_v128_load(x), w = wasm_v128_load(weights);
    const v128_t low = wasm_i16x8_sub(wasm_i16x8_extend_low_i8x16(values), zero);
    const v128_t high = wasm_i16x8_sub(wasm_i16x8_extend_high_i8x16(values), zero);
    const v128_t w_low = wasm_i16x8_extend_low_i8x16(w), w_high = wasm_i16x8_extend_high_i8x16(w);
    const v128_t products[4] = {
        wasm_i32x4_extmul_low_i16x8(low, w_low),
        wasm_i32x4_extmul_high_i16x8(low, w_low),
        wasm_i32x4_extmul_low_i16x8(high, w_high),
        wasm_i32x4_extmul_high_i16x8(high, w_high),
    };
    for (int i = 0; i < 4; i++)
        wasm_v128_store(&sums[4 * i], wasm_i32x4_add(wasm_v128_load(&sums[4 * i]), products[i]));
#else
    for (int i = 0; i < SS_DOT_STEP; i++)
        sums[i] += (x[i] - zero_point) * weights[i];
#endif
}

SS_KERNEL void ss_depthwise_conv2d_wasm(ss_window window, int32_t input_zero_point, ss_range range,
                                        ss_channel_scales scales,                  /* (c) */
                                        ss_dims input_dims, const int8_t *input,   /* (h, w, c) */
                                        ss_dims filter_dims, const int8_t *filter, /* (h, w, c) */
                                        const int32_t *bias,                       /* (c) */
                                        ss_dims output_dims, int8_t *output)       /* (h, w, c) */
{
    const int channels = input_dims.c;
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        const ss_taps rows = ss_taps_inside(in_y, filter_dims.h, window.dilation_h, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const ss_taps columns = ss_taps_inside(in_x, filter_dims.w, window.dilation_w, input_dims.w);
            for (int c = 0; c < channels; c += SS_DOT_STEP) {
                int32_t sums[SS_DOT_STEP];
                for (int i = 0; i < SS_DOT_STEP; i++)
                    sums[i] = bias[c + i];
                for (int ky = rows.first; ky < rows.last; ky++) {
                    const int in_row = (in_y + ky * window.dilation_h) * input_dims.w + in_x;
                    for (int kx = columns.first; kx < columns.last; kx++)
                        ss_depthwise_add_16(sums, &input[(in_row + kx * window.dilation_w) * channels + c],
                                            &filter[(ky * filter_dims.w + kx) * channels + c], input_zero_point);
                }
                for (int i = 0; i < SS_DOT_STEP; i++) {
                    const int32_t sum = ss_requantize(sums[i], scales.multiplier[c + i], scales.shift[c + i]);
                    *output++ = ss_to_int8(sum, range);
                }
            }
        }
    }
}

#endif
