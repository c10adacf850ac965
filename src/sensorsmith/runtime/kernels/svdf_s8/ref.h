/* A dense layer that remembers its last sums, in int8, and weighs them over time: plain C, any target. Products over
 * time add up in 32 bits and wrap around. What a zero point leads out of int8 wraps around, as in
 * TFLite Micro.
 *
 * Not here: SIMD; a ring in place of the shifted memory; a state of int16.
 */
#ifndef SS_SVDF_S8_REF_H
#define SS_SVDF_S8_REF_H

#include "ss_fixed.h"

SS_KERNEL void ss_svdf_s8_ref(int32_t input_zero_point, int32_t state_zero_point, ss_range range,
                              ss_scale state_scale, ss_scale output_scale,
                              int inputs, const int8_t *input,        /* (inputs) */
                              const int8_t *feature_weights,          /* (units, rank, inputs) */
                              int memory, const int8_t *time_weights, /* (units, rank, memory), the newest last */
                              int rank, const int32_t *bias,          /* (units) */
                              int8_t *state,                         /* (units, rank, memory) */
                              int units, int8_t *output)              /* (units) */
{
    for (int u = 0; u < units; u++) {
        uint32_t sum = (uint32_t)SS_READ_32(&bias[u]);
        for (int r = 0; r < rank; r++) {
            int32_t newest = 0;
            for (int i = 0; i < inputs; i++)
                newest += ss_times(input[i] - input_zero_point, SS_READ_8(feature_weights++));
            newest = ss_requantize(newest, state_scale.multiplier, state_scale.shift);
            for (int m = 0; m < memory - 1; m++)
                state[m] = state[m + 1];
            state[memory - 1] = (int8_t)(uint8_t)((uint32_t)ss_clamp(newest, INT8_MIN, INT8_MAX) + (uint32_t)state_zero_point);
            for (int m = 0; m < memory; m++) {
                const int32_t now = state[m];
                sum += (uint32_t)ss_times(now - state_zero_point, SS_READ_8(time_weights++));
            }
            state += memory;
        }
        output[u] = ss_to_int8(ss_requantize_any((int32_t)sum, output_scale.multiplier, output_scale.shift), range);
    }
}

#endif
