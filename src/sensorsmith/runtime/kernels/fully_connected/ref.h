/* Fully connected layer, int8: plain C, any target. The input's zero point is already part of the bias.
 *
 * Not here: SIMD, more than one row of input.
 */
#ifndef SS_FULLY_CONNECTED_REF_H
#define SS_FULLY_CONNECTED_REF_H

#include "ss_fixed.h"

SS_KERNEL void ss_fully_connected_ref(ss_range range,
                                      ss_channel_scales scales,        /* (outputs) */
                                      int inputs, const int8_t *input, /* (inputs) */
                                      const int8_t *weights,           /* (outputs, inputs) */
                                      const int32_t *bias,             /* (outputs) */
                                      int outputs, int8_t *output)     /* (outputs) */
{
    for (int o = 0; o < outputs; o++) {
        int32_t sum = SS_READ_32(&bias[o]);
        for (int i = 0; i < inputs; i++)
            sum += ss_times_8(input[i], SS_READ_8(weights++));
        sum = ss_requantize(sum, SS_READ_32(&scales.multiplier[o]), SS_READ_8(&scales.shift[o]));
        output[o] = ss_to_int8(sum, range);
    }
}

#endif
