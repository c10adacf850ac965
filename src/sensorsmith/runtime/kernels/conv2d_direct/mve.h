/* Convolution, int8, by windows of one row without padding: Helium. Such a window lies in the input in one piece; the
 * usual case is that of one pixel.
 *
 * Not here: windows dilated along the row; scales above 1.
 */
#ifndef SS_CONV2D_DIRECT_MVE_H
#define SS_CONV2D_DIRECT_MVE_H

#include "ss_gemm_mve.h"
#include "ss_window.h"

SS_KERNEL void ss_conv2d_direct_mve(ss_window window, ss_range range,
                                    ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                                    ss_dims filter_dims, const int8_t *filter, /* see ss_gemm_mve */
                                    const int32_t *table,                      /* see ss_gemm_mve */
                                    ss_dims output_dims, int8_t *output)       /* (h, w, c) */
{
    for (int y = 0; y < output_dims.h; y++)
        ss_gemm_mve(&input[y * window.stride_h * input_dims.w * input_dims.c], window.stride_w * input_dims.c,
                    filter_dims.w * input_dims.c, filter, table, range, output_dims.w, output_dims.c,
                    &output[y * output_dims.w * output_dims.c]);
}

#endif
