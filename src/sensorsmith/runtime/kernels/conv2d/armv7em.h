/* Convolution, int8: Cortex-M4, M7 and M33.
 *
 * The patches of three output pixels are widened side by side into scratch memory, then all rows of weights meet them.
 * They are whole before the first byte of those three pixels is written, so that input and output may overlap.
 * Where pixels are whole words, patches are widened straight from the input; otherwise they are gathered as bytes first.
 * Not here: the conditions of ss_gemm_armv7em.h.
 */
#ifndef SS_CONV2D_ARMV7EM_H
#define SS_CONV2D_ARMV7EM_H

#include "ss_gemm_armv7em.h"
#include "ss_window.h"

/* The same byte `size` times. Returns the end. */
SS_KERNEL int8_t *ss_fill_armv7em(int8_t *to, int size, int32_t value)
{
    for (int i = 0; i < size; i++) {
        SS_OPAQUE(value); /* else a compiler may call memset */
        to[i] = (int8_t)value;
    }
    return to + size;
}

/* One row of taps of a patch, of which those from `inside.first` to `inside.last` lie within the input, the first of them
 * at `from`. Words are widened to every third word of x, bytes are copied to `patch`. */
SS_KERNEL void ss_gather_armv7em(const int8_t *from, ss_taps inside, int taps, int dilation, int channels,
                                 int32_t zero_point, int words, int32_t *x, int8_t *patch)
{
    const int count = inside.last - inside.first;
    if (words) {
        const int groups = channels / 4;
        x = ss_widen_padding_armv7em(x, inside.first * groups, zero_point);
        if (dilation == 1)
            x = ss_widen_armv7em(from, x, count * groups);
        else
            for (int tap = 0; tap < count; tap++, from += dilation * channels)
                x = ss_widen_armv7em(from, x, groups);
        ss_widen_padding_armv7em(x, (taps - inside.last) * groups, zero_point);
        return;
    }
    patch = ss_fill_armv7em(patch, inside.first * channels, zero_point);
    if (dilation == 1)
        ss_copy(from, patch, count * channels);
    else
        for (int tap = 0; tap < count; tap++, from += dilation * channels)
            ss_copy(from, patch + tap * channels, channels);
    ss_fill_armv7em(patch + count * channels, (taps - inside.last) * channels, zero_point);
}

SS_KERNEL void ss_conv2d_armv7em(ss_window window, int32_t input_zero_point,
                                 int32_t offset, int32_t clamp, int clamped, int rectified, /* see ss_gemm */
                                 ss_dims input_dims, const int8_t *input,    /* (h, w, c) */
                                 ss_dims filter_dims, const int32_t *stream, /* see ss_gemm */
                                 int32_t *scratch,                           /* (groups, 2, 3), then a patch of bytes */
                                 ss_dims output_dims, int8_t *output)        /* (h, w, c) */
{
    const int channels = input_dims.c, row_size = filter_dims.w * channels;
    const int groups = (filter_dims.h * row_size + 3) / 4;
    const int words = channels % 4 == 0;
    const int reach = (filter_dims.w - 1) * window.dilation_w;
    const ss_taps all = {0, filter_dims.w}, none = {filter_dims.w, filter_dims.w};
    int8_t *const patch = (int8_t *)(scratch + 6 * groups);
    const int pixels = output_dims.h * output_dims.w;
    ss_gemm g = {.stream = stream, .x = scratch, .loops = groups / 4, .rest = groups % 4, .offset = offset, .clamp = clamp};
    int in_y = -window.pad_h, in_x = -window.pad_w, x = 0;
    for (int done = 0; done < pixels; done += 3) {
        const int columns = pixels - done < 3 ? pixels - done : 3;
        for (int column = 0; column < columns; column++) {
            const int inside = in_x >= 0 && in_x + reach < input_dims.w;
            const ss_taps some = inside ? all : ss_taps_inside(in_x, filter_dims.w, window.dilation_w, input_dims.w);
            for (int ky = 0; ky < filter_dims.h; ky++) {
                const int in_row = in_y + ky * window.dilation_h;
                const ss_taps taps = in_row >= 0 && in_row < input_dims.h ? some : none;
                const int first = taps.first < taps.last ? in_row * input_dims.w + in_x + taps.first * window.dilation_w : 0;
                ss_gather_armv7em(&input[first * channels], taps, filter_dims.w, window.dilation_w, channels,
                                  input_zero_point, words, scratch + column + ky * (row_size / 4) * 6,
                                  patch + ky * row_size);
            }
            if (!words)
                ss_widen_armv7em(patch, scratch + column, groups);
            in_x += window.stride_w;
            if (++x == output_dims.w) {
                x = 0;
                in_x = -window.pad_w;
                in_y += window.stride_h;
            }
        }
        g.output = output;
        g.end = output + output_dims.c;
        g.column_1 = columns > 1 ? output_dims.c : 0;
        g.column_2 = columns > 2 ? 2 * output_dims.c : 0;
        ss_gemm_compute_armv7em(&g, clamped, rectified);
        output += columns * output_dims.c;
    }
}

#endif
