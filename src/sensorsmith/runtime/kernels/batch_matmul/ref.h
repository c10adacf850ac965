/* Products of two computed matrices, int8: plain C, any target. Strides tell how the factors lie in memory.
 *
 * Not here: blocking, SIMD, sums of rows and columns in place of the zero points.
 */
#ifndef SS_BATCH_MATMUL_REF_H
#define SS_BATCH_MATMUL_REF_H

#include "ss_fixed.h"

/* Elements from one matrix to the next, from one row of it to the next, and from one column to the next. */
typedef struct {
    int batch, row, column;
} ss_strides;

SS_KERNEL void ss_batch_matmul_ref(int32_t zero_point_1, int32_t zero_point_2, ss_range range, ss_scale scale,
                                   int batches, int products,
                                   ss_strides strides_1, const int8_t *input_1,  /* (batches, h, products) */
                                   ss_strides strides_2, const int8_t *input_2,  /* (batches, products, w) */
                                   ss_dims output_dims, int8_t *output)          /* (batches, h, w) */
{
    for (int b = 0; b < batches; b++) {
        for (int y = 0; y < output_dims.h; y++) {
            for (int x = 0; x < output_dims.w; x++) {
                const int8_t *row = &input_1[b * strides_1.batch + y * strides_1.row];
                const int8_t *column = &input_2[b * strides_2.batch + x * strides_2.column];
                int32_t sum = 0;
                for (int k = 0; k < products; k++)
                    sum += ss_times(row[k * strides_1.column] - zero_point_1, column[k * strides_2.row] - zero_point_2);
                *output++ = ss_to_int8(ss_requantize(sum, scale.multiplier, scale.shift), range);
            }
        }
    }
}

#endif
