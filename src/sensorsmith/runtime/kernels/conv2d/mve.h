/* Convolution, int8: Helium. The rows of input under a row of output are copied to a band, column by column and with
 * the zero point as padding, so that each window lies there in one piece, which overlaps with the next.
 *
 * Not here: windows dilated along the row; scales above 1; windows that lie in one piece already (conv2d_direct).
 */
#ifndef SS_CONV2D_MVE_H
#define SS_CONV2D_MVE_H

#include "ss_gemm_mve.h"
#include "ss_window.h"

/* Where 16 bytes of pixels with less than 16 channels go, where pixels are to be `stride` bytes apart. */
SS_KERNEL uint8x16_t ss_conv2d_mve_places(int channels, int stride)
{
    uint8_t place[16];
    for (int i = 0; i < 16; i++)
        place[i] = (uint8_t)(i / channels * stride + i % channels);
    return vldrbq_u8(place);
}

/* Copy (or, without a row, fill) `width` pixels of less than 16 channels to places `stride` bytes apart. */
SS_KERNEL void ss_conv2d_mve_narrow_row(int8_t *band, const int8_t *row, int width, int channels, int stride,
                                        uint8x16_t places, int8x16_t padding)
{
    const int pixels = 16 / channels; /* the last of 16 bytes may be those of one more, which comes again */
    const int step = pixels * channels, size = width * channels;
    const int rounds = size < 16 ? 0 : (size - 16) / step + 1;
    const mve_pred16_t rest = vctp8q((uint32_t)(size - rounds * step));
    if (row) {
        for (int n = rounds; n > 0; n--, row += step, band += pixels * stride)
            vstrbq_scatter_offset_s8(band, places, vldrbq_s8(row));
        vstrbq_scatter_offset_p_s8(band, places, vldrbq_z_s8(row, rest), rest);
    } else {
        for (int n = rounds; n > 0; n--, band += pixels * stride)
            vstrbq_scatter_offset_s8(band, places, padding);
        vstrbq_scatter_offset_p_s8(band, places, padding, rest);
    }
}

/* The same for 16 channels and more. */
SS_KERNEL void ss_conv2d_mve_wide_row(int8_t *band, const int8_t *row, int width, int channels, int stride,
                                      int8x16_t padding)
{
    for (int c = 0; c < channels; c += 16) {
        /* The last 16 may repeat some of those before. */
        const int at = c + 16 <= channels ? c : channels - 16;
        const int8_t *from = row + at;
        int8_t *to = band + at;
        for (int n = width; n > 0; n--, from += channels, to += stride)
            vstrbq_s8(to, row ? vldrbq_s8(from) : padding);
    }
}

/* Copy the rows of input under output row y to the band. */
SS_KERNEL void ss_conv2d_mve_fill_band(ss_window window, ss_dims input_dims, const int8_t *input, int filter_h, int y,
                                       uint8x16_t places, int32_t padding, int8_t *band)
{
    const int column = filter_h * input_dims.c;
    const int8x16_t outside = vdupq_n_s8((int8_t)padding);
    for (int ky = 0; ky < filter_h; ky++) {
        const int in_y = y * window.stride_h - window.pad_h + ky * window.dilation_h;
        const int8_t *row = in_y < 0 || in_y >= input_dims.h ? 0 : &input[in_y * input_dims.w * input_dims.c];
        int8_t *to = &band[window.pad_w * column + ky * input_dims.c];
        if (input_dims.c < 16)
            ss_conv2d_mve_narrow_row(to, row, input_dims.w, input_dims.c, column, places, outside);
        else
            ss_conv2d_mve_wide_row(to, row, input_dims.w, input_dims.c, column, outside);
    }
}

SS_KERNEL void ss_conv2d_mve(ss_window window, int32_t padding, ss_range range,
                             ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                             ss_dims filter_dims,
                             const int8_t *filter,         /* see ss_gemm_mve; a window is (w, h, c) */
                             const int32_t *table,         /* see ss_gemm_mve */
                             int band_width, int8_t *band, /* (band_width, filter h, input c) */
                             ss_dims output_dims, int8_t *output) /* (h, w, c) */
{
    const int column = filter_dims.h * input_dims.c;
    uint8x16_t places = vdupq_n_u8(0);
    if (input_dims.c < 16)
        places = ss_conv2d_mve_places(input_dims.c, column);
    ss_mve_fill(band, padding, band_width * column);
    for (int y = 0; y < output_dims.h; y++) {
        ss_conv2d_mve_fill_band(window, input_dims, input, filter_dims.h, y, places, padding, band);
        ss_gemm_mve(band, window.stride_w * column, filter_dims.w * column, filter, table, range, output_dims.w,
                    output_dims.c, output);
        output += output_dims.w * output_dims.c;
    }
}

#endif
