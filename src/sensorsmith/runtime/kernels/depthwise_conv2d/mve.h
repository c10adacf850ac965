/* Depthwise convolution, int8: Helium. A whole window of one channel is one vector, and one dot product.
 *
 * Of 16 channels at a time, the rows of input under a row of output are interleaved into columns: words of four taps
 * of one channel, one below the other (or, where the window is one row of more than four taps, one after the other).
 * A window is four of these words, which one gathering load fetches. Taps that a word or a window lacks have weight 0.
 * Where the windows of two rows of output fit into one column, both are made: shifted by the taps of a stride, the
 * words of the first are those of the second.
 * Not here: a depth multiplier; windows above 4 x 4 and 1 x 16; padding around windows of more than four columns;
 * scales above 1.
 */
#ifndef SS_DEPTHWISE_CONV2D_MVE_H
#define SS_DEPTHWISE_CONV2D_MVE_H

#include "ss_mve.h"
#include "ss_window.h"

#define SS_MVE_COLUMN 64 /* bytes: 16 channels, 4 taps */

/* One tap of words: where it lies in the first column, and the way to that of the next. */
typedef struct {
    const int8_t *from;
    int step;
} ss_mve_tap;

SS_KERNEL int ss_mve_least(int a, int b) { return a < b ? a : b; }

/* Whether columns hold the windows of two rows of output. */
SS_KERNEL int ss_depthwise_conv2d_mve_paired(ss_window window, ss_dims filter_dims, ss_dims output_dims)
{
    return output_dims.h > 1 && filter_dims.w <= 4 && window.dilation_h == 1 && filter_dims.h + window.stride_h <= 4;
}

/* Distinct taps of a word. */
SS_KERNEL int ss_depthwise_conv2d_mve_taps(ss_window window, ss_dims filter_dims, int paired)
{
    return filter_dims.w > 4 ? 4 : filter_dims.h + (paired ? window.stride_h : 0);
}

/* Tap i of words at output row y, channel c. `outside` are 16 values of padding. */
SS_KERNEL ss_mve_tap ss_depthwise_conv2d_mve_tap(ss_window window, ss_dims input_dims, const int8_t *input,
                                                 ss_dims filter_dims, const int8_t *outside, int y, int c, int i)
{
    const int across = filter_dims.w > 4;
    const int in_y = y * window.stride_h - window.pad_h + (across ? 0 : i * window.dilation_h);
    const int in_x = across ? i * window.dilation_w : 0;
    if (in_y < 0 || in_y >= input_dims.h)
        return (ss_mve_tap){outside, 0};
    return (ss_mve_tap){&input[(in_y * input_dims.w + in_x) * input_dims.c + c], input_dims.c};
}

/* The values of a tap in one column, up to 16 channels. */
SS_KERNEL int8x16_t ss_depthwise_conv2d_mve_load(ss_mve_tap *tap, int channels)
{
    const int8x16_t v =
        channels == 16 ? vldrbq_s8(tap->from) : vldrbq_z_s8(tap->from, vctp8q((uint32_t)channels));
    tap->from += tap->step;
    return v;
}

/* Interleave `width` pixels of up to 16 channels; of the four taps, the last repeat the first. */
SS_KERNEL void ss_depthwise_conv2d_mve_columns(int8_t *to, ss_mve_tap t0, ss_mve_tap t1, ss_mve_tap t2, ss_mve_tap t3,
                                               int taps, int width, int channels)
{
    for (int x = width; x > 0; x--) {
        int8x16x4_t v;
        v.val[0] = ss_depthwise_conv2d_mve_load(&t0, channels);
        v.val[1] = taps > 1 ? ss_depthwise_conv2d_mve_load(&t1, channels) : v.val[0];
        v.val[2] = taps > 2 ? ss_depthwise_conv2d_mve_load(&t2, channels) : v.val[0];
        v.val[3] = taps > 3 ? ss_depthwise_conv2d_mve_load(&t3, channels) : v.val[0];
        vst4q_s8(to, v);
        to += SS_MVE_COLUMN;
    }
}

/* Dot products of the windows of four channels. words: addresses of the four words of the first. */
SS_KERNEL int32x4_t ss_depthwise_conv2d_mve_sums(uint32x4_t words, int8x16_t w0, int8x16_t w1, int8x16_t w2,
                                                 int8x16_t w3)
{
    int32x4_t v;
    int32_t x0, x1, x2, x3;
    __asm__ volatile("vldrw.u32 %q[v], [%q[words]]\n\t"
                     "vmladav.s8 %[x0], %q[v], %q[w0]\n\t"
                     "vldrw.u32 %q[v], [%q[words], #4]\n\t"
                     "vmladav.s8 %[x1], %q[v], %q[w1]\n\t"
                     "vldrw.u32 %q[v], [%q[words], #8]\n\t"
                     "vmladav.s8 %[x2], %q[v], %q[w2]\n\t"
                     "vldrw.u32 %q[v], [%q[words], #12]\n\t"
                     "vmladav.s8 %[x3], %q[v], %q[w3]\n\t"
                     "vmov %q[v][2], %q[v][0], %[x0], %[x2]\n\t"
                     "vmov %q[v][3], %q[v][1], %[x1], %[x3]"
                     : [v] "=&w"(v), [x0] "=&Te"(x0), [x1] "=&Te"(x1), [x2] "=&Te"(x2), [x3] "=&Te"(x3)
                     : [words] "w"(words), [w0] "w"(w0), [w1] "w"(w1), [w2] "w"(w2), [w3] "w"(w3)
                     : "memory");
    return v;
}

/* The same for two rows of output. shift: minus the bits from the first tap of the upper to that of the lower. */
SS_KERNEL void ss_depthwise_conv2d_mve_two_sums(uint32x4_t words, int32_t shift, int8x16_t w0, int8x16_t w1,
                                                int8x16_t w2, int8x16_t w3, int32x4_t *upper, int32x4_t *lower)
{
    int32x4_t v, u, l;
    int32_t x0, x1, y0, y1;
    __asm__ volatile("vldrw.u32 %q[v], [%q[words]]\n\t"
                     "vmladav.s8 %[x0], %q[v], %q[w0]\n\t"
                     "vshl.u32 %q[v], %[shift]\n\t"
                     "vmladav.s8 %[y0], %q[v], %q[w0]\n\t"
                     "vldrw.u32 %q[v], [%q[words], #8]\n\t"
                     "vmladav.s8 %[x1], %q[v], %q[w2]\n\t"
                     "vshl.u32 %q[v], %[shift]\n\t"
                     "vmladav.s8 %[y1], %q[v], %q[w2]\n\t"
                     "vmov %q[u][2], %q[u][0], %[x0], %[x1]\n\t"
                     "vldrw.u32 %q[v], [%q[words], #4]\n\t"
                     "vmladav.s8 %[x0], %q[v], %q[w1]\n\t"
                     "vshl.u32 %q[v], %[shift]\n\t"
                     "vmov %q[l][2], %q[l][0], %[y0], %[y1]\n\t"
                     "vmladav.s8 %[y0], %q[v], %q[w1]\n\t"
                     "vldrw.u32 %q[v], [%q[words], #12]\n\t"
                     "vmladav.s8 %[x1], %q[v], %q[w3]\n\t"
                     "vshl.u32 %q[v], %[shift]\n\t"
                     "vmladav.s8 %[y1], %q[v], %q[w3]\n\t"
                     "vmov %q[u][3], %q[u][1], %[x0], %[x1]\n\t"
                     "vmov %q[l][3], %q[l][1], %[y0], %[y1]"
                     : [v] "=&w"(v), [u] "=&w"(u), [l] "=&w"(l), [x0] "=&Te"(x0), [x1] "=&Te"(x1), [y0] "=&Te"(y0),
                       [y1] "=&Te"(y1)
                     : [words] "w"(words), [shift] "r"(shift), [w0] "w"(w0), [w1] "w"(w1), [w2] "w"(w2), [w3] "w"(w3)
                     : "memory");
    *upper = u;
    *lower = l;
}

/* A row of output, or two, of `count` channels (4, or fewer at the end). */
SS_KERNEL void ss_depthwise_conv2d_mve_row(uint32x4_t words, ss_window window, const int8_t *filter,
                                           const int32_t *table, ss_range range, ss_dims output_dims, int paired,
                                           int count, int8_t *output)
{
    const int8x16_t w0 = vldrbq_s8(filter), w1 = vldrbq_s8(filter + 16);
    const int8x16_t w2 = vldrbq_s8(filter + 32), w3 = vldrbq_s8(filter + 48);
    for (int x = output_dims.w; x > 0; x--) {
        if (paired) {
            int32x4_t upper, lower;
            ss_depthwise_conv2d_mve_two_sums(words, -8 * window.stride_h, w0, w1, w2, w3, &upper, &lower);
            const ss_mve_scales scales = ss_mve_load_scales(table);
            ss_mve_store(output, ss_mve_requantize(upper, scales, range), count);
            ss_mve_store(output + output_dims.w * output_dims.c, ss_mve_requantize(lower, scales, range), count);
        } else {
            const int32x4_t sum = ss_depthwise_conv2d_mve_sums(words, w0, w1, w2, w3);
            ss_mve_store(output, ss_mve_requantize(sum, ss_mve_load_scales(table), range), count);
        }
        words = vaddq_n_u32(words, (uint32_t)(window.stride_w * SS_MVE_COLUMN));
        output += output_dims.c;
    }
}

/* A row of output, or two, `channels` of them (16, or fewer at the end) from c on. */
SS_KERNEL void ss_depthwise_conv2d_mve_block(ss_window window, ss_range range, ss_dims input_dims, const int8_t *input,
                                             ss_dims filter_dims, const int8_t *filter, const int32_t *table,
                                             int width, int8_t *columns, uint32x4_t words, ss_dims output_dims,
                                             int8_t *output, int paired, int y, int c, int channels)
{
    ss_mve_tap tap[4];
    tap[0] = ss_depthwise_conv2d_mve_tap(window, input_dims, input, filter_dims, columns, y, c, 0);
    tap[1] = ss_depthwise_conv2d_mve_tap(window, input_dims, input, filter_dims, columns, y, c, 1);
    tap[2] = ss_depthwise_conv2d_mve_tap(window, input_dims, input, filter_dims, columns, y, c, 2);
    tap[3] = ss_depthwise_conv2d_mve_tap(window, input_dims, input, filter_dims, columns, y, c, 3);
    ss_depthwise_conv2d_mve_columns(columns + 16 + window.pad_w * SS_MVE_COLUMN, tap[0], tap[1], tap[2], tap[3],
                                    ss_depthwise_conv2d_mve_taps(window, filter_dims, paired),
                                    filter_dims.w > 4 ? width : input_dims.w, channels);
    output += y * output_dims.w * output_dims.c;
    const int whole = channels / 4 * 4;
    for (int i = 0; i < whole; i += 4)
        ss_depthwise_conv2d_mve_row(vaddq_n_u32(words, (uint32_t)(4 * i)), window, &filter[16 * (c + i)],
                                    &table[3 * (c + i)], range, output_dims, paired, 4, &output[c + i]);
    if (channels % 4)
        ss_depthwise_conv2d_mve_row(vaddq_n_u32(words, (uint32_t)(4 * whole)), window, &filter[16 * (c + whole)],
                                    &table[3 * (c + whole)], range, output_dims, paired, channels % 4,
                                    &output[c + whole]);
}

SS_KERNEL void ss_depthwise_conv2d_mve(ss_window window, int32_t padding, ss_range range,
                                       ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                                       ss_dims filter_dims,
                                       const int8_t *filter,       /* (c in fours, 4 words, 4 taps) */
                                       const int32_t *table,       /* (groups of 4 channels, 3, 4) */
                                       int width, int8_t *columns, /* (16 + width * 64): padding; words */
                                       ss_dims output_dims, int8_t *output) /* (h, w, c) */
{
    ss_mve_fill(columns, padding, 16 + width * SS_MVE_COLUMN);
    uint32_t word[4];
    for (int i = 0; i < 4; i++)
        word[i] = (uint32_t)(window.dilation_w * SS_MVE_COLUMN *
                             (filter_dims.w > 4 ? ss_mve_least(4 * i, filter_dims.w - 4)
                                                : ss_mve_least(i, filter_dims.w - 1)));
    const uint32x4_t words = vaddq_n_u32(vldrwq_u32(word), (uint32_t)(uintptr_t)(columns + 16));
    const int paired = ss_depthwise_conv2d_mve_paired(window, filter_dims, output_dims);
    for (int row = 0; row < output_dims.h; row += 1 + paired) {
        /* Of an odd number of rows in pairs, the last but one is computed twice. */
        const int y = ss_mve_least(row, output_dims.h - 1 - paired);
        int c = 0;
        for (; c + 16 <= input_dims.c; c += 16)
            ss_depthwise_conv2d_mve_block(window, range, input_dims, input, filter_dims, filter, table, width, columns,
                                          words, output_dims, output, paired, y, c, 16);
        if (input_dims.c % 16)
            ss_depthwise_conv2d_mve_block(window, range, input_dims, input, filter_dims, filter, table, width, columns,
                                          words, output_dims, output, paired, y, c, input_dims.c % 16);
    }
}

#endif
