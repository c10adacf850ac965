/* From one scale, zero point and width to others, element by element, the sign left away if need be: plain C, any
 * target. The output may take the place of the input where its elements are not the wider ones.
 *
 * Not here: from int8 to int8, which a table of 256 values serves.
 */
#ifndef SS_REQUANTIZE_REF_H
#define SS_REQUANTIZE_REF_H

#include "ss_element.h"
#include "ss_fixed.h"

SS_KERNEL void ss_requantize_ref(int32_t unsign, /* -1 for magnitudes, else 0 */
                                 int32_t zero_point, ss_range range, ss_scale scale,
                                 int size, int input_width, const void *input, /* (size) */
                                 int output_width, void *output)               /* (size) */
{
    for (int i = 0; i < size; i++) {
        const int32_t value = ss_element(input, input_width, i) - zero_point;
        const int32_t sign = ss_sign(value) & unsign;
        const int32_t scaled = ss_requantize((value ^ sign) - sign, scale.multiplier, scale.shift);
        ss_set_element(output, output_width, i, ss_to_range(scaled, range));
    }
}

#endif
