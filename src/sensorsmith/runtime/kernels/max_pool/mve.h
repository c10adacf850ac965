/* Maximum pooling, int8: Helium, 16 channels at a time.
 *
 * Not here: other scales of the output than the input's.
 */
#ifndef SS_MAX_POOL_MVE_H
#define SS_MAX_POOL_MVE_H

#include "ss_mve.h"
#include "ss_window.h"

/* The largest values of a window of `rows` by `columns` pixels, those of a row `step` bytes apart, the rows
 * `row_step`. */
SS_KERNEL int8x16_t ss_max_pool_mve_largest(const int8_t *in, int rows, int columns, int step, int row_step,
                                            mve_pred16_t inside)
{
    int8x16_t most = vdupq_n_s8(INT8_MIN);
    for (; rows > 0; rows--, in += row_step) {
        const int8_t *at = in;
        for (int n = columns; n > 0; n--, at += step)
            most = vmaxq_s8(most, vldrbq_z_s8(at, inside));
    }
    return most;
}

SS_KERNEL void ss_max_pool_mve(ss_window window, ss_range range,
                               ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                               ss_dims pool_dims,                       /* h, w */
                               ss_dims output_dims, int8_t *output)     /* (h, w, c) */
{
    const int row_step = input_dims.w * input_dims.c;
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        const ss_taps rows = ss_taps_inside(in_y, pool_dims.h, 1, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const ss_taps columns = ss_taps_inside(in_x, pool_dims.w, 1, input_dims.w);
            const int8_t *in = &input[(in_y + rows.first) * row_step + (in_x + columns.first) * input_dims.c];
            for (int c = 0; c < output_dims.c; c += 16) {
                const mve_pred16_t inside = vctp8q((uint32_t)(output_dims.c - c));
                int8x16_t most = ss_max_pool_mve_largest(in + c, rows.last - rows.first, columns.last - columns.first,
                                                         input_dims.c, row_step, inside);
                most = vmaxq_s8(most, vdupq_n_s8((int8_t)range.minimum));
                most = vminq_s8(most, vdupq_n_s8((int8_t)range.maximum));
                vstrbq_p_s8(output + c, most, inside);
            }
            output += output_dims.c;
        }
    }
}

#endif
