/* Fully connected layer, int8, for WebAssembly with SIMD128: see ss_simd128.h.
 *
 * Not here: more than one row of input.
 */
#ifndef SS_FULLY_CONNECTED_WASM_H
#define SS_FULLY_CONNECTED_WASM_H

#include "ss_fixed.h"
#include "ss_simd128.h"

SS_KERNEL void ss_fully_connected_wasm(ss_range range,
                                       ss_channel_scales scales,        /* (outputs) */
                                       int inputs, const int8_t *input, /* (inputs) */
                                       int row,                         /* values of a row of weights */
                                       const int8_t *weights,           /* (outputs, row), an even number of rows */
                                       const int32_t *bias,             /* (outputs) */
                                       int outputs, int8_t *output,     /* (outputs) */
                                       int8_t *column)                  /* (row) */
{
    for (int i = 0; i < row; i++)
        column[i] = i < inputs ? input[i] : 0;
    for (int o = 0; o < outputs; o += 2, weights += 2 * row) {
        int32_t sums[2];
        ss_dot_two(column, weights, weights + row, row, sums);
        for (int i = 0; i < 2 && o + i < outputs; i++) {
            const int32_t sum = ss_requantize(sums[i] + bias[o + i], scales.multiplier[o + i], scales.shift[o + i]);
            output[o + i] = ss_to_int8(sum, range);
        }
    }
}

#endif
