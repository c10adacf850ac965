/* Average pooling, int16: plain C, any target. The padding is not part of the average; input and output have one scale.
 *
 * Not here: the division operator, which some targets compute in a number of instructions that depends on the data.
 */
#ifndef SS_AVERAGE_POOL_S16_REF_H
#define SS_AVERAGE_POOL_S16_REF_H

#include "ss_fixed_16.h"
#include "ss_window.h"

/* sum / count, half away from zero; |sum| <= 2^15 * count < 2^30. Long division: the result has 16 bits. */
SS_KERNEL int32_t ss_average_16(int32_t sum, int32_t count)
{
    const int32_t sign = ss_sign(sum);
    int32_t rest = ((sum ^ sign) - sign) + (count >> 1);
    int32_t quotient = 0;
    for (int bit = 15; bit >= 0; bit--) {
        const int32_t less = ss_sign(rest - count * ((int32_t)1 << bit));
        rest -= count * ((int32_t)1 << bit) & ~less;
        quotient += ((int32_t)1 << bit) & ~less;
    }
    return (quotient ^ sign) - sign;
}

SS_KERNEL void ss_average_pool_s16_ref(ss_window window, ss_range range,
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
            const int32_t count = (int32_t)(rows.last - rows.first) * (columns.last - columns.first);
            for (int c = 0; c < output_dims.c; c++) {
                int32_t sum = 0;
                for (int ky = rows.first; ky < rows.last; ky++)
                    for (int kx = columns.first; kx < columns.last; kx++)
                        sum += input[((in_y + ky) * input_dims.w + in_x + kx) * input_dims.c + c];
                *output++ = ss_to_int16(ss_average_16(sum, count), range);
            }
        }
    }
}

#endif
