/* One value for all bytes of a tensor: plain C, any target. What is padded gets the rest by copies.
 *
 * Not here: whole words at a time.
 */
#ifndef SS_FILL_REF_H
#define SS_FILL_REF_H

#include "ss_base.h"

SS_KERNEL void ss_fill_ref(int value, int size, int8_t *output) /* (size) */
{
    for (int i = 0; i < size; i++) {
        int8_t byte = (int8_t)value;
        SS_OPAQUE(byte); /* else a compiler may call memset */
        output[i] = byte;
    }
}

#endif
