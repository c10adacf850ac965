/* Elements of tensors that are int8 or int16. Kernels whose arithmetic is the same for both take the width of an
 * element, 1 or 2 bytes. It is a literal in every call, so that the optimiser leaves one of the two ways. */
#ifndef SS_ELEMENT_H
#define SS_ELEMENT_H

#include "ss_base.h"

SS_KERNEL int32_t ss_element(const void *tensor, int width, int index)
{
    return width == 2 ? ((const int16_t *)tensor)[index] : ((const int8_t *)tensor)[index];
}

/* value: within the type. */
SS_KERNEL void ss_set_element(void *tensor, int width, int index, int32_t value)
{
    if (width == 2)
        ((int16_t *)tensor)[index] = (int16_t)value;
    else
        ((int8_t *)tensor)[index] = (int8_t)value;
}

#endif
