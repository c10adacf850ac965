/* Long short-term memory over a sequence, int8 with a cell state of int16: plain C, any target. Zero points are part of
 * the biases. Gates come in the order input, forget, cell, output.
 *
 * Not here: peepholes, projection, layer normalization; SIMD.
 */
#ifndef SS_LSTM_REF_H
#define SS_LSTM_REF_H

#include "ss_sigmoid_16.h"

SS_KERNEL int32_t ss_clamp_16(int32_t x)
{
    return ss_clamp(x, INT16_MIN, INT16_MAX);
}

/* A sum of products, at 1/4096. */
SS_KERNEL int32_t ss_lstm_sum(int32_t bias, int n, const int8_t *x, const int8_t *weights, int32_t multiplier, int shift)
{
    for (int i = 0; i < n; i++)
        bias += ss_times_8(x[i], SS_READ_8(&weights[i]));
    return ss_clamp_16(ss_requantize(bias, multiplier, shift));
}

SS_KERNEL void ss_lstm_ref(ss_range range, ss_channel_scales scales, /* (2, 4), those of the input first */
                           ss_scale forget_scale, ss_scale update_scale, ss_scale output_scale,
                           int32_t multiplier, int shift, /* of the argument of the cell state's tanh */
                           int32_t clip,                  /* of the cell state's magnitude */
                           const uint16_t *table,         /* (256), of the logistic function */
                           int steps, int inputs, const int8_t *input,           /* (steps, inputs) */
                           const int8_t *weights, const int32_t *bias,           /* (4, units, inputs), (4, units) */
                           const int8_t *recurrent, const int32_t *hidden_bias,  /* (4, units, units), (4, units) */
                           int8_t *hidden, int16_t *cell,                        /* (units) */
                           int16_t *gates,                                       /* (4, units) */
                           int units, int8_t *output)                            /* (steps, units) */
{
    for (int step = 0; step < steps; step++, input += inputs) {
        for (int g = 0; g < 4; g++) {
            for (int u = 0; u < units; u++) {
                const int row = g * units + u;
                const int32_t sum =
                    ss_lstm_sum(SS_READ_32(&bias[row]), inputs, input, &weights[row * inputs],
                                SS_READ_32(&scales.multiplier[g]), SS_READ_8(&scales.shift[g])) +
                    ss_lstm_sum(SS_READ_32(&hidden_bias[row]), units, hidden, &recurrent[row * units],
                                SS_READ_32(&scales.multiplier[4 + g]), SS_READ_8(&scales.shift[4 + g]));
                gates[row] = (int16_t)ss_clamp_16(sum);
            }
        }
        for (int u = 0; u < units; u++) {
            const int32_t opened = ss_logistic_16((int32_t)gates[u] * 3, table);
            const int32_t kept = ss_logistic_16((int32_t)gates[units + u] * 3, table);
            const int32_t proposed = ss_tanh_16((int32_t)gates[2 * units + u] * 3, table);
            const int32_t emitted = ss_logistic_16((int32_t)gates[3 * units + u] * 3, table);
            const int32_t old = ss_requantize(ss_times(kept, cell[u]), forget_scale.multiplier, forget_scale.shift);
            const int32_t added = ss_requantize(ss_times(opened, proposed), update_scale.multiplier, update_scale.shift);
            const int32_t sum = ss_clamp_16(ss_clamp_16(old) + ss_clamp_16(added));
            cell[u] = (int16_t)ss_clamp(sum, -clip, clip);
            const int32_t squashed = ss_tanh_16(ss_sigmoid_argument(cell[u], multiplier, shift), table);
            const int32_t result = ss_requantize(ss_times(squashed, emitted), output_scale.multiplier, output_scale.shift);
            hidden[u] = ss_to_int8(result, range);
            *output++ = hidden[u];
        }
    }
}

#endif
