/* One value for all elements of a tensor: plain C, any target. What is padded gets the rest by copies.
 *
 * Not here: whole words at a time.
 */
#ifndef SS_FILL_REF_H
#define SS_FILL_REF_H

#include "ss_element.h"

SS_KERNEL void ss_fill_ref(int width, /* of an element, in bytes */
                           int32_t value, int size, void *output) /* (size) */
{
    for (int i = 0; i < size; i++) {
        int32_t element = value;
        SS_OPAQUE(element); /* else a compiler may call memset */
        ss_set_element(output, width, i, element);
    }
}

#endif
