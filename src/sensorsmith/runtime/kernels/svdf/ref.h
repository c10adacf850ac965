/* A dense layer that remembers its last sums, in int16, and weighs them over time: plain C, any target. Products over
 * time add up in 32 bits and wrap around.
 *
 * Not here: SIMD; a ring in place of the shifted memory; a state of int8.
 */
#ifndef SS_SVDF_REF_H
#define SS_SVDF_REF_H

#include "ss_fixed.h"

SS_KERNEL void ss_svdf_ref(int32_t input_zero_point, ss_range range,
                           ss_scale state_scale, ss_scale output_scale,
                           int inputs, const int8_t *input,        /* (inputs) */
                           const int8_t *feature_weights,          /* (units, rank, inputs) */
                           int memory, const int16_t *time_weights, /* (units, rank, memory), the newest last */
                           int rank, const int32_t *bias,          /* (units) */
                           int16_t *state,                         /* (units, rank, memory) */
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
            state[memory - 1] = (int16_t)ss_clamp(newest, INT16_MIN, INT16_MAX);
            for (int m = 0; m < memory; m++) {
                const int32_t now = state[m];
                sum += (uint32_t)ss_times(now, SS_READ_16(time_weights++));
            }
            state += memory;
        }
        output[u] = ss_to_int8(ss_requantize_any((int32_t)sum, output_scale.multiplier, output_scale.shift), range);
    }
}

#endif
