/* Average pooling, int8: Helium, eight channels at a time. The padding is not part of the average.
 *
 * Not here: windows above 255 values, whose sum 16 bits could not hold.
 */
#ifndef SS_AVERAGE_POOL_MVE_H
#define SS_AVERAGE_POOL_MVE_H

#include "ss_mve.h"
#include "ss_window.h"

/* sum / count, half away from zero. reciprocal: 2^32 / count, rounded up, which is exact for |sum| below 2^16; a count
 * of 1 has none, and nothing to divide. */
SS_KERNEL int32x4_t ss_average_pool_mve_four(int32x4_t sum, int count, uint32_t reciprocal)
{
    if (count == 1)
        return sum;
    const int32x4_t sign = vshrq_n_s32(sum, 31);
    const uint32x4_t size = vaddq_n_u32(vreinterpretq_u32_s32(vabsq_s32(sum)), (uint32_t)(count >> 1));
    const int32x4_t quotient = vreinterpretq_s32_u32(vmulhq_u32(size, vdupq_n_u32(reciprocal)));
    return vsubq_s32(veorq_s32(quotient, sign), sign);
}

/* The sums of a window of `rows` by `columns` pixels, those of a row `step` bytes apart, the rows `row_step`. */
SS_KERNEL int16x8_t ss_average_pool_mve_sums(const int8_t *in, int rows, int columns, int step, int row_step,
                                             mve_pred16_t inside)
{
    int16x8_t sum = vdupq_n_s16(0);
    for (; rows > 0; rows--, in += row_step) {
        const int8_t *at = in;
        for (int n = columns; n > 0; n--, at += step)
            sum = vaddq_s16(sum, vldrbq_z_s16(at, inside));
    }
    return sum;
}

SS_KERNEL void ss_average_pool_mve(ss_window window, ss_range range,
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
            const int height = rows.last - rows.first, width = columns.last - columns.first, count = height * width;
            const uint32_t reciprocal = UINT32_MAX / (uint32_t)count + 1u;
            const int8_t *in = &input[(in_y + rows.first) * row_step + (in_x + columns.first) * input_dims.c];
            for (int c = 0; c < output_dims.c; c += 8) {
                const mve_pred16_t inside = vctp16q((uint32_t)(output_dims.c - c));
                const int16x8_t sum =
                    ss_average_pool_mve_sums(in + c, height, width, input_dims.c, row_step, inside);
                const int32x4_t even = ss_average_pool_mve_four(vmovlbq_s16(sum), count, reciprocal);
                const int32x4_t odd = ss_average_pool_mve_four(vmovltq_s16(sum), count, reciprocal);
                int16x8_t y8 = vmovntq_s32(vreinterpretq_s16_s32(even), odd);
                y8 = vmaxq_s16(y8, vdupq_n_s16((int16_t)range.minimum));
                y8 = vminq_s16(y8, vdupq_n_s16((int16_t)range.maximum));
                vstrbq_p_s16(output + c, y8, inside);
            }
            output += output_dims.c;
        }
    }
}

#endif
