/* Mean over neighbouring axes: plain C, any target. One over the count is part of the scale.
 *
 * Not here: means over axes that are apart, such as rows and channels.
 */
#ifndef SS_MEAN_REF_H
#define SS_MEAN_REF_H

#include "ss_element.h"
#include "ss_fixed.h"

SS_KERNEL void ss_mean_ref(int width, /* of an element, in bytes */
                           int32_t input_zero_point, ss_range range,
                           ss_scale scale,
                           ss_dims input_dims, const void *input, /* (h, w, c), the mean goes over w */
                           void *output)                          /* (h, c) */
{
    int i = 0;
    for (int h = 0; h < input_dims.h; h++) {
        for (int c = 0; c < input_dims.c; c++) {
            int32_t sum = -input_zero_point * input_dims.w;
            for (int w = 0; w < input_dims.w; w++)
                sum += ss_element(input, width, (h * input_dims.w + w) * input_dims.c + c);
            ss_set_element(output, width, i++, ss_to_range(ss_requantize(sum, scale.multiplier, scale.shift), range));
        }
    }
}

#endif
