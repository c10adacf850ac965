/* Products of two computed matrices, int16: plain C, any target. Strides tell how the factors lie in memory.
 *
 * Not here: blocking, SIMD.
 */
#ifndef SS_BATCH_MATMUL_S16_REF_H
#define SS_BATCH_MATMUL_S16_REF_H

#include "ss_batch_matmul_ref.h"
#include "ss_fixed_16.h"

SS_KERNEL void ss_batch_matmul_s16_ref(ss_range range, ss_scale scale, /* 15 fraction bits */
                                       int batches, int products,
                                       ss_strides strides_1, const int16_t *input_1, /* (batches, h, products) */
                                       ss_strides strides_2, const int16_t *input_2, /* (batches, products, w) */
                                       ss_dims output_dims, int16_t *output)         /* (batches, h, w) */
{
    for (int b = 0; b < batches; b++) {
        for (int y = 0; y < output_dims.h; y++) {
            for (int x = 0; x < output_dims.w; x++) {
                const int16_t *row = &input_1[b * strides_1.batch + y * strides_1.row];
                const int16_t *column = &input_2[b * strides_2.batch + x * strides_2.column];
                int64_t sum = 0;
                for (int k = 0; k < products; k++)
                    sum += ss_times(row[k * strides_1.column], column[k * strides_2.row]);
                *output++ = ss_to_int16(ss_requantize_wide(sum, scale.multiplier, scale.shift), range);
            }
        }
    }
}

#endif
