/* Resize an image by interpolation between four pixels, int8: plain C, any target. Positions are in 1/1024 pixel, with
 * TFLite Micro's rounding.
 *
 * Not here: positions beyond the last pixel, which the compiler refuses.
 */
#ifndef SS_RESIZE_BILINEAR_REF_H
#define SS_RESIZE_BILINEAR_REF_H

#include "ss_fixed.h"

/* Pixel i of the output lies at i * step + start. */
typedef struct {
    int32_t step, start;
} ss_axis;

/* Two neighbouring pixels, and the weight of the second in 1/1024. */
typedef struct {
    int low, high;
    int32_t weight;
} ss_between;

SS_KERNEL ss_between ss_position(ss_axis axis, int index, int size)
{
    const int32_t position = index * axis.step + axis.start;
    ss_between at = {(int)(position >> 10), (int)((position + 1023) >> 10), 0};
    if (at.low < 0)
        at.low = 0;
    if (at.high > size - 1)
        at.high = size - 1;
    at.weight = position - (int32_t)at.low * 1024;
    return at;
}

SS_KERNEL int32_t ss_mix(int32_t low, int32_t high, int32_t weight)
{
    return low * 1024 + ss_times(high - low, weight);
}

SS_KERNEL void ss_resize_bilinear_ref(ss_axis rows, ss_axis columns,
                                      ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                                      ss_dims output_dims, int8_t *output)     /* (h, w, c) */
{
    for (int y = 0; y < output_dims.h; y++) {
        const ss_between row = ss_position(rows, y, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const ss_between column = ss_position(columns, x, input_dims.w);
            const int8_t *low_left = &input[(row.low * input_dims.w + column.low) * input_dims.c];
            const int8_t *low_right = &input[(row.low * input_dims.w + column.high) * input_dims.c];
            const int8_t *high_left = &input[(row.high * input_dims.w + column.low) * input_dims.c];
            const int8_t *high_right = &input[(row.high * input_dims.w + column.high) * input_dims.c];
            for (int c = 0; c < output_dims.c; c++) {
                const int32_t low = ss_mix(low_left[c], low_right[c], column.weight);
                const int32_t high = ss_mix(high_left[c], high_right[c], column.weight);
                *output++ = (int8_t)ss_round_shift(ss_mix(low, high, row.weight), 20);
            }
        }
    }
}

#endif
