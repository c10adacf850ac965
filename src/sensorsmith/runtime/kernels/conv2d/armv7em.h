/* Convolution, int8: Cortex-M4, M7 and M33.
 *
 * The patches of three output pixels are widened side by side into scratch memory, then all rows of weights meet them.
 * They are whole before the first byte of those three pixels is written, so that input and output may overlap.
 * Not here: the conditions of ss_gemm_armv7em.h.
 */
#ifndef SS_CONV2D_ARMV7EM_H
#define SS_CONV2D_ARMV7EM_H

#include "ss_gemm_armv7em.h"
#include "ss_window.h"

/* One row of a patch, as bytes: `columns` pixels of `channels` bytes, those outside of the input made of zero points.
 * Returns where the next row begins. */
SS_KERNEL int8_t *ss_patch_row_armv7em(const int8_t *row, int inside_row, int in_x, ss_taps inside, int columns,
                                       int dilation, int channels, int zero_point, int8_t *patch)
{
    for (int kx = 0; kx < columns; kx++) {
        const int within = inside_row & (kx >= inside.first) & (kx < inside.last);
        const int8_t *pixel = row + (in_x + kx * dilation) * channels;
        for (int c = 0; c < channels; c++)
            *patch++ = within ? pixel[c] : (int8_t)zero_point;
    }
    return patch;
}

SS_KERNEL void ss_conv2d_armv7em(ss_window window, int32_t input_zero_point,
                                 int32_t offset, int32_t clamp, int clamped, /* see ss_gemm */
                                 ss_dims input_dims, const int8_t *input,    /* (h, w, c) */
                                 ss_dims filter_dims, const int32_t *stream, /* see ss_gemm */
                                 int32_t *scratch,                           /* (groups, 2, 3), then a patch */
                                 ss_dims output_dims, int8_t *output)        /* (h, w, c) */
{
    const int channels = input_dims.c, size = filter_dims.h * filter_dims.w * channels;
    const int groups = (size + 3) / 4;
    const int pointwise = filter_dims.h == 1 && filter_dims.w == 1 && channels % 4 == 0;
    int8_t *const patch = (int8_t *)(scratch + 6 * groups);
    const int pixels = output_dims.h * output_dims.w;
    ss_gemm g = {.stream = stream, .x = scratch, .loops = groups / 4, .rest = groups % 4, .offset = offset, .clamp = clamp};
    int x = 0, y = 0;
    for (int done = 0; done < pixels; done += 3) {
        const int columns = pixels - done < 3 ? pixels - done : 3;
        for (int column = 0; column < columns; column++) {
            const int in_y = y * window.stride_h - window.pad_h, in_x = x * window.stride_w - window.pad_w;
            if (pointwise) {
                ss_widen_armv7em(&input[(in_y * input_dims.w + in_x) * channels], scratch + column, groups);
            } else {
                const ss_taps rows = ss_taps_inside(in_y, filter_dims.h, window.dilation_h, input_dims.h);
                const ss_taps inside = ss_taps_inside(in_x, filter_dims.w, window.dilation_w, input_dims.w);
                int8_t *end = patch;
                for (int ky = 0; ky < filter_dims.h; ky++)
                    end = ss_patch_row_armv7em(&input[(in_y + ky * window.dilation_h) * input_dims.w * channels],
                                               (ky >= rows.first) & (ky < rows.last), in_x, inside, filter_dims.w,
                                               window.dilation_w, channels, (int)input_zero_point, end);
                ss_widen_armv7em(patch, scratch + column, groups);
            }
            if (++x == output_dims.w) {
                x = 0;
                y++;
            }
        }
        g.output = output;
        g.end = output + output_dims.c;
        g.column_1 = columns > 1 ? output_dims.c : 0;
        g.column_2 = columns > 2 ? 2 * output_dims.c : 0;
        if (clamped)
            ss_gemm_clamped_armv7em(&g);
        else
            ss_gemm_armv7em(&g);
        output += columns * output_dims.c;
    }
}

#endif
