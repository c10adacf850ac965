/* Depthwise convolution by any window, int8: Cortex-M4, M7 and M33.
 *
 * One channel after the other is widened into a plane with its padding around it (ss_plane_armv7em.h); SMLAD takes two
 * taps of a row at once, for two outputs at a time. A channel has left the input before its output is written, so that
 * the output may take the place of the input.
 * The stream has, for each output channel, twice the bias; the multiplier; and as bytes the shift less one, then the taps,
 * filled up to a word.
 * Not here: multipliers of 1/2 and above, dilation.
 */
#ifndef SS_DEPTHWISE_CONV2D_ARMV7EM_H
#define SS_DEPTHWISE_CONV2D_ARMV7EM_H

#include "ss_plane_armv7em.h"

/* Taps doubled, for SMMULR, and two in a word; each row is filled up to an even number. */
SS_KERNEL void ss_pair_taps_armv7em(const int8_t *taps, int rows, int columns, ss_any_half *pairs)
{
    for (int ky = 0; ky < rows; ky++) {
        for (int kx = 0; kx < columns; kx++)
            *pairs++ = (int16_t)(2 * *taps++);
        if (columns % 2 != 0)
            *pairs++ = 0;
    }
}

SS_KERNEL void ss_depthwise_conv2d_armv7em(ss_plane plane, ss_plane_outputs outputs, int32_t input_zero_point,
                                           int32_t offset, int32_t clamp, int clamped, /* see ss_finish_armv7em */
                                           int channels,                               /* of the input */
                                           int multiplier,                             /* outputs for each of them */
                                           const int8_t *input,                        /* (h, w, channels) */
                                           int rows, int columns,                      /* of taps */
                                           const int32_t *stream,                      /* (channels, multiplier, ...) */
                                           int16_t *scratch, /* (plane.size), then (rows, columns, filled up) */
                                           int8_t *output)   /* (h, w, channels, multiplier) */
{
    ss_any_half *const image = scratch, *const pairs = image + plane.size;
    ss_plane_clear(plane, input_zero_point, image);
    for (int channel = 0; channel < channels; channel++) {
        ss_plane_fill(plane, input++, image);
        for (int m = 0; m < multiplier; m++, output++) {
            const int8_t *bytes = (const int8_t *)(stream + 2);
            const int32_t bias = stream[0], scale = stream[1], shift = bytes[0];
            const int32_t rounding = offset * ((int32_t)1 << shift);
            ss_pair_taps_armv7em(bytes + 1, rows, columns, pairs);
            stream += 2 + (rows * columns + 4) / 4;
            for (int row = 0; row < outputs.rows; row++) {
                int8_t *to = output + row * outputs.row_step;
                const ss_any_half *window = image + row * outputs.plane_step;
                for (int column = 0; column < outputs.columns; column += 2, window += 2 * outputs.stride) {
                    int32_t sum_0 = bias, sum_1 = bias;
                    const ss_any_half *tap = pairs;
                    for (int ky = 0; ky < rows; ky++) {
                        const ss_any_half *x = window + ky * plane.pitch;
                        for (int kx = 0; kx < columns; kx += 2, x += 2, tap += 2) {
                            const uint32_t two = ss_load_word(tap);
                            sum_0 = ss_multiply_pairs(ss_load_word(x), two, sum_0);
                            sum_1 = ss_multiply_pairs(ss_load_word(x + outputs.stride), two, sum_1);
                        }
                    }
                    *to = ss_finish_armv7em(sum_0, scale, rounding, shift, clamp, clamped);
                    to += outputs.step;
                    if (column + 1 < outputs.columns) {
                        *to = ss_finish_armv7em(sum_1, scale, rounding, shift, clamp, clamped);
                        to += outputs.step;
                    }
                }
            }
        }
    }
}

#endif
