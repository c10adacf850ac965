/* Maximum pooling, int16: plain C, any target. Input and output have one scale.
 *
 * Not here: SIMD.
 */
#ifndef SS_MAX_POOL_S16_REF_H
#define SS_MAX_POOL_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_window.h"

SS_KERNEL void ss_max_pool_s16_ref(ss_window window, ss_range range,
                                   ss_dims input_dims, const int16_t *input, /* (h, w, c) */
                                   ss_dims pool_dims,                        /* h, w */
                                   ss_dims output_dims, int16_t *output)     /* (h, w, c) */
{
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        const ss_taps rows = ss_taps_inside(in_y, pool_dims.h, 1, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const ss_taps columns = ss_taps_inside(in_x, pool_dims.w, 1, input_dims.w);
            for (int c = 0; c < output_dims.c; c++) {
                int32_t most = INT16_MIN;
                for (int ky = rows.first; ky < rows.last; ky++)
                    for (int kx = columns.first; kx < columns.last; kx++)
                        most = ss_max(most, input[((in_y + ky) * input_dims.w + in_x + kx) * input_dims.c + c]);
                *output++ = ss_to_int16(most, range);
            }
        }
    }
}

#endif
