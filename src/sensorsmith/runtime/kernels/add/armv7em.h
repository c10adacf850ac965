/* Element-wise sum of two tensors of one shape, int8: Cortex-M4, M7 and M33. The output may take the place of an input.
 *
 * The input of the larger scale has the factor 1/2, which is a shift; the other one and the sum take SMMULR.
 * Not here: broadcasting; a factor of the sum of 1/2 and above.
 */
#ifndef SS_ADD_ARMV7EM_H
#define SS_ADD_ARMV7EM_H

#include "ss_armv7em.h"
#include "ss_fixed.h"

/* Both inputs are brought to twice the larger of their scales, with 20 more bits; a factor is 1/2 at most. */
SS_KERNEL int32_t ss_add_term_armv7em(int32_t x, int32_t zero_point, ss_scale scale)
{
    if (scale.multiplier == (int32_t)1 << 30 && scale.shift == 0)
        return (x - zero_point) * ((int32_t)1 << 19);
    return ss_round_shift(ss_multiply_rounded((x - zero_point) * ((int32_t)1 << 21), scale.multiplier), -scale.shift);
}

SS_KERNEL void ss_add_armv7em(int32_t zero_point_1, int32_t zero_point_2,
                              int32_t offset, int32_t clamp, int clamped, /* see ss_finish_armv7em */
                              ss_scale scale_1, ss_scale scale_2,
                              int32_t multiplier, int32_t shift, /* of the sum */
                              int size, const int8_t *input_1,   /* (size) */
                              const int8_t *input_2,             /* (size) */
                              int8_t *output)                    /* (size) */
{
    for (int i = 0; i < size; i++) {
        const int32_t term_1 = ss_add_term_armv7em(input_1[i], zero_point_1, scale_1);
        const int32_t term_2 = ss_add_term_armv7em(input_2[i], zero_point_2, scale_2);
        output[i] = ss_finish_armv7em((term_1 + term_2) * 2, multiplier, offset, shift, clamp, clamped);
    }
}

#endif
