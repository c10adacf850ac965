/* Element-wise sum of two tensors of one shape, int8, by two products: compiler/sums.py has tried every pair of inputs.
 * The output may take the place of an input.
 *
 * Not here: broadcasting; sums whose three roundings no single one repeats.
 */
#ifndef SS_ADD_ARMV6M_H
#define SS_ADD_ARMV6M_H

#include "ss_fixed.h"

SS_KERNEL void ss_add_armv6m(int32_t factor_1, int32_t factor_2, int32_t constant, int shift, int32_t minimum,
                             int32_t width, /* of the range of results, above the minimum */
                             int size, const int8_t *input_1, /* (size) */
                             const int8_t *input_2,           /* (size) */
                             int8_t *output)                  /* (size) */
{
    SS_OPAQUE(factor_1); /* else products with them become many shifts and sums */
    SS_OPAQUE(factor_2);
    SS_OPAQUE(constant);
    for (int i = 0; i < size; i++) {
        /* Unsigned, for only the whole sum is known to fit. */
        const uint32_t sum = (uint32_t)factor_1 * (uint32_t)(int32_t)input_1[i] +
                             (uint32_t)factor_2 * (uint32_t)(int32_t)input_2[i] + (uint32_t)constant;
        int32_t above = (int32_t)sum >> shift;
        above &= ~ss_sign(above);
        if (width == 255)
            above |= ss_sign(width - above); /* the low byte of -1 is 255 */
        else
            above += (width - above) & ss_sign(width - above);
        output[i] = (int8_t)(above + minimum);
    }
}

#endif
