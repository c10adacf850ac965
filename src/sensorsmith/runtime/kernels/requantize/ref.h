/* From one scale, zero point and width to others, element by element: plain C, any target. The output may take the place
 * of the input where its elements are not the wider ones.
 *
 * Not here: from int8 to int8, which a table of 256 values serves.
 */
#ifndef SS_REQUANTIZE_REF_H
#define SS_REQUANTIZE_REF_H

#include "ss_element.h"
#include "ss_fixed.h"

SS_KERNEL void ss_requantize_ref(int32_t zero_point, ss_range range, ss_scale scale,
                                 int size, int input_width, const void *input, /* (size) */
                                 int output_width, void *output)               /* (size) */
{
    for (int i = 0; i < size; i++) {
        const int32_t value = ss_element(input, input_width, i) - zero_point;
        ss_set_element(output, output_width, i,
                       ss_to_range(ss_requantize(value, scale.multiplier, scale.shift), range));
    }
}

#endif
