/* Convolution by windows of one pixel, int8: Cortex-M4, M7 and M33.
 *
 * As ss_conv2d_armv7em.h, but patches are pixels, which follow each other in memory. It is one function for all layers.
 * Not here: strides; a number of channels that is no multiple of four; the conditions of ss_gemm_armv7em.h.
 */
#ifndef SS_POINTWISE_CONV2D_ARMV7EM_H
#define SS_POINTWISE_CONV2D_ARMV7EM_H

#include "ss_gemm_armv7em.h"

/* g: complete but for its outputs. */
SS_SHARED void ss_pointwise_armv7em(ss_gemm *g, int clamped, int rectified, int groups, int rows, int pixels, const int8_t *input,
                                    int32_t *scratch, int8_t *output)
{
    g->column_1 = rows;
    g->column_2 = 2 * rows;
    for (; pixels > 0; pixels -= 3, input += 12 * groups, output += 3 * rows) {
        /* What is not there is stood in for by the first pixel, whose output comes last. */
        if (pixels < 3)
            g->column_2 = 0;
        if (pixels < 2)
            g->column_1 = 0;
        ss_widen_three_armv7em(input, pixels < 2 ? input : input + 4 * groups, pixels < 3 ? input : input + 8 * groups,
                               scratch, groups);
        g->output = output;
        g->end = output + rows;
        ss_gemm_compute_armv7em(g, clamped, rectified);
    }
}

SS_KERNEL void ss_pointwise_conv2d_armv7em(int32_t offset, int32_t clamp, int clamped, int rectified, /* see ss_gemm */
                                           int channels, const int8_t *input,          /* (pixels, channels) */
                                           const int32_t *stream,                      /* see ss_gemm */
                                           int32_t *scratch,                           /* (channels / 4, 2, 3) */
                                           int pixels, int rows, int8_t *output)       /* (pixels, rows) */
{
    const int groups = channels / 4;
    ss_gemm g = {.stream = stream, .x = scratch, .loops = groups / 4, .rest = groups % 4, .offset = offset, .clamp = clamp};
    ss_pointwise_armv7em(&g, clamped, rectified, groups, rows, pixels, input, scratch, output);
}

#endif
