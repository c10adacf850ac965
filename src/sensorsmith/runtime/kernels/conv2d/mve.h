/* Convolution, int8: Helium. Two pixels by two channels at a time: four loads feed four times 16 products.
 *
 * A window lies in one piece, as one dot product: where it has one row and no padding, in the input; else in a band, to
 * which the rows of input under a row of output are copied column by column, with the zero point as padding.
 * Not here: windows dilated along the row; scales above 1.
 */
#ifndef SS_CONV2D_MVE_H
#define SS_CONV2D_MVE_H

#include "ss_mve.h"
#include "ss_window.h"

/* Copy (or, without a row, fill) `width` pixels to places `stride` bytes apart. */
SS_KERNEL void ss_conv2d_mve_row(int8_t *band, const int8_t *row, int width, int channels, int stride, int8x16_t padding)
{
    for (int c = 0; c < channels; c += 16) {
        const int8_t *from = row + c;
        int8_t *to = band + c;
        if (channels - c >= 16) {
            for (int x = 0; x < width; x++, from += channels, to += stride)
                vstrbq_s8(to, row ? vldrbq_s8(from) : padding);
        } else {
            const mve_pred16_t inside = vctp8q((uint32_t)(channels - c));
            for (int x = 0; x < width; x++, from += channels, to += stride)
                vstrbq_p_s8(to, row ? vldrbq_z_s8(from, inside) : padding, inside);
        }
    }
}

/* Where the work on two pixels a and b stands. */
typedef struct {
    ss_mve_tile tile;
    const int8_t *a, *b; /* (depth) */
    const int32_t *table;
    int8_t *output_a, *output_b;
} ss_conv2d_mve_pair;

/* Four channels of both pixels, of which `count` are stored. */
SS_KERNEL void ss_conv2d_mve_group(ss_conv2d_mve_pair *pair, int depth, ss_range range, int count)
{
    ss_mve_tile *tile = &pair->tile;
    tile->a = pair->a;
    tile->b = pair->b;
    ss_mve_tile_dot(tile, depth);
    int32x4_t sum_a = ss_mve_even_lanes(tile->a0, tile->a1), sum_b = ss_mve_even_lanes(tile->b0, tile->b1);
    tile->a = pair->a;
    tile->b = pair->b;
    ss_mve_tile_dot(tile, depth);
    sum_a = ss_mve_odd_lanes(sum_a, tile->a0, tile->a1);
    sum_b = ss_mve_odd_lanes(sum_b, tile->b0, tile->b1);
    const ss_mve_scales scales = ss_mve_load_scales(pair->table);
    ss_mve_store(pair->output_a, ss_mve_requantize(sum_a, scales, range), count);
    ss_mve_store(pair->output_b, ss_mve_requantize(sum_b, scales, range), count);
    pair->table += SS_MVE_SCALES;
    pair->output_a += count;
    pair->output_b += count;
}

SS_KERNEL void ss_conv2d_mve(ss_window window, int32_t padding, ss_range range,
                             ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                             ss_dims filter_dims,
                             const int8_t *filter,      /* (groups of 4 channels, 2, steps, 2, 16): even, odd */
                             const int32_t *table,  /* (groups of 4 channels, 3, 4) */
                             int band_width, int8_t *band, /* (band_width, filter h, input c), or width 0 */
                             ss_dims output_dims, int8_t *output) /* (h, w, c) */
{
    const int column = filter_dims.h * input_dims.c;
    const int depth = filter_dims.w * column;
    ss_mve_fill(band, padding, band_width * column);
    for (int y = 0; y < output_dims.h; y++) {
        const int8_t *line = band;
        if (band_width == 0)
            line = &input[y * window.stride_h * input_dims.w * input_dims.c];
        else
            for (int ky = 0; ky < filter_dims.h; ky++) {
                const int in_y = y * window.stride_h - window.pad_h + ky * window.dilation_h;
                const int8_t *row = in_y < 0 || in_y >= input_dims.h ? 0 : &input[in_y * input_dims.w * input_dims.c];
                ss_conv2d_mve_row(&band[window.pad_w * column + ky * input_dims.c], row, input_dims.w, input_dims.c,
                                  column, vdupq_n_s8((int8_t)padding));
            }
        const int stride = window.stride_w * column;
        for (int x = 0; x < output_dims.w; x += 2) {
            const int next = x + 1 < output_dims.w; /* else the last pixel is computed twice */
            ss_conv2d_mve_pair pair = {{.w = filter}, line, line + next * stride, table,
                                       output, output + next * output_dims.c};
            for (int n = output_dims.c / 4; n > 0; n--)
                ss_conv2d_mve_group(&pair, depth, range, 4);
            if (output_dims.c % 4)
                ss_conv2d_mve_group(&pair, depth, range, output_dims.c % 4);
            line += 2 * stride;
            output += (1 + next) * output_dims.c;
        }
    }
}

#endif
