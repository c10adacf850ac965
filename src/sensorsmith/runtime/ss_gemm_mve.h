/* Rows of outputs from windows that lie in one piece, as convolutions with Helium need them: two pixels by two channels
 * at a time, so that four loads feed four times 16 products.
 *
 * Not here: windows in several pieces; see kernels/conv2d/mve.h for how they come together.
 */
#ifndef SS_GEMM_MVE_H
#define SS_GEMM_MVE_H

#include "ss_mve.h"

/* Four channels of two pixels, `step` bytes apart in the input and `output_step` in the output; `count` are stored. */
SS_KERNEL void ss_mve_pair_group(ss_mve_tile *tile, const int8_t *window, int step, int depth, const int32_t *table,
                                   ss_range range, int count, int8_t *output, int output_step)
{
    tile->a = window;
    tile->b = window + step;
    ss_mve_tile_dot(tile, depth);
    int32x4_t sum_a = ss_mve_even_lanes(tile->a0, tile->a1), sum_b = ss_mve_even_lanes(tile->b0, tile->b1);
    tile->a = window;
    tile->b = window + step;
    ss_mve_tile_dot(tile, depth);
    sum_a = ss_mve_odd_lanes(sum_a, tile->a0, tile->a1);
    sum_b = ss_mve_odd_lanes(sum_b, tile->b0, tile->b1);
    const ss_mve_scales scales = ss_mve_load_scales(table);
    ss_mve_store(output, ss_mve_requantize(sum_a, scales, range), count);
    ss_mve_store(output + output_step, ss_mve_requantize(sum_b, scales, range), count);
}

/* All channels of two pixels. */
SS_KERNEL void ss_mve_pair(const int8_t *window, int step, int depth, const int8_t *filter,
                           const int32_t *table, ss_range range, int channels, int8_t *output, int output_step)
{
    ss_mve_tile tile;
    tile.w = filter;
    for (int n = channels / 4; n > 0; n--) {
        ss_mve_pair_group(&tile, window, step, depth, table, range, 4, output, output_step);
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (channels % 4)
        ss_mve_pair_group(&tile, window, step, depth, table, range, channels % 4, output, output_step);
}

/* Four channels of two pixels, whose windows are one vector each; `count` are stored. */
SS_KERNEL void ss_mve_short_group(int8x16_t a, int8x16_t b, const int8_t *filter, const int32_t *table,
                                  ss_range range, int count, int8_t *output, int output_step)
{
    int32x4_t sum_a, sum_b;
    ss_mve_short_dots(a, b, filter, &sum_a, &sum_b);
    const ss_mve_scales scales = ss_mve_load_scales(table);
    ss_mve_store(output, ss_mve_requantize(sum_a, scales, range), count);
    ss_mve_store(output + output_step, ss_mve_requantize(sum_b, scales, range), count);
}

/* All channels of two pixels, whose windows are read once. */
SS_KERNEL void ss_mve_short_pair(const int8_t *window, int step, int depth, const int8_t *filter,
                                 const int32_t *table, ss_range range, int channels, int8_t *output, int output_step)
{
    const mve_pred16_t inside = vctp8q((uint32_t)depth);
    const int8x16_t a = depth == SS_MVE_STEP ? vldrbq_s8(window) : vldrbq_z_s8(window, inside);
    const int8x16_t b = depth == SS_MVE_STEP ? vldrbq_s8(window + step) : vldrbq_z_s8(window + step, inside);
    for (int n = channels / 4; n > 0; n--) {
        ss_mve_short_group(a, b, filter, table, range, 4, output, output_step);
        filter += 4 * SS_MVE_STEP;
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (channels % 4)
        ss_mve_short_group(a, b, filter, table, range, channels % 4, output, output_step);
}

/* The same for windows of two vectors. */
SS_KERNEL void ss_mve_double_group(int8x16_t a, int8x16_t a_next, int8x16_t b, int8x16_t b_next, const int8_t *filter,
                                   const int32_t *table, ss_range range, int count, int8_t *output, int output_step)
{
    int32x4_t sum_a, sum_b;
    ss_mve_double_dots(a, a_next, b, b_next, filter, &sum_a, &sum_b);
    const ss_mve_scales scales = ss_mve_load_scales(table);
    ss_mve_store(output, ss_mve_requantize(sum_a, scales, range), count);
    ss_mve_store(output + output_step, ss_mve_requantize(sum_b, scales, range), count);
}

SS_KERNEL void ss_mve_double_pair(const int8_t *window, int step, int depth, const int8_t *filter,
                                  const int32_t *table, ss_range range, int channels, int8_t *output, int output_step)
{
    const int next = depth - SS_MVE_STEP;
    const int8x16_t a = vldrbq_s8(window), a_next = vldrbq_s8(window + next);
    const int8x16_t b = vldrbq_s8(window + step), b_next = vldrbq_s8(window + step + next);
    for (int n = channels / 4; n > 0; n--) {
        ss_mve_double_group(a, a_next, b, b_next, filter, table, range, 4, output, output_step);
        filter += 8 * SS_MVE_STEP;
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (channels % 4)
        ss_mve_double_group(a, a_next, b, b_next, filter, table, range, channels % 4, output, output_step);
}

/* A row of `width` pixels, whose windows of `depth` values are `step` bytes apart. */
SS_KERNEL void ss_gemm_mve(const int8_t *windows, int step, int depth,
                           const int8_t *filter,  /* (groups of 4 channels, 2, steps, 2, 16): even, odd channels */
                           const int32_t *table,  /* (groups of 4 channels, 3, 4) */
                           ss_range range, int width, int channels, int8_t *output) /* (width, channels) */
{
    /* Of an odd number of pixels, the last but one is computed twice. */
    const int both = width > 1, last = width - 1 - both;
    for (int x = 0; x < width; x += 2) {
        const int first = x < last ? x : last;
        if (depth > SS_MVE_STEP && depth <= 2 * SS_MVE_STEP)
            ss_mve_double_pair(windows + first * step, both * step, depth, filter, table, range, channels,
                               output + first * channels, both * channels);
        else if (depth > SS_MVE_STEP)
            ss_mve_pair(windows + first * step, both * step, depth, filter, table, range, channels,
                        output + first * channels, both * channels);
        else
            ss_mve_short_pair(windows + first * step, both * step, depth, filter, table, range, channels,
                              output + first * channels, both * channels);
    }
}

#endif
