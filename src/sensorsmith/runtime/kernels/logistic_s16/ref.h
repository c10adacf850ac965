/* The logistic function, int16 to Q0.15: plain C, any target. The output may take the place of the input.
 *
 * Not here: how the table is made, which the compiler does.
 */
#ifndef SS_LOGISTIC_S16_REF_H
#define SS_LOGISTIC_S16_REF_H

#include "ss_sigmoid_16.h"

SS_KERNEL void ss_logistic_s16_ref(int32_t multiplier, int shift, const uint16_t *table, /* (256) */
                                   int size, const int16_t *input,                       /* (size) */
                                   int16_t *output)                                      /* (size) */
{
    for (int i = 0; i < size; i++) {
        const int32_t x = ss_sigmoid_argument(input[i], multiplier, shift);
        output[i] = (int16_t)ss_logistic_16(x, table);
    }
}

#endif
