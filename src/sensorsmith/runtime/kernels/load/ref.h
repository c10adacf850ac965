/* Brings a constant that a layer takes as its input from flash into the arena: plain C, any target.
 *
 * Not here: layers that read their constants from flash themselves, as all do with weights.
 */
#ifndef SS_LOAD_REF_H
#define SS_LOAD_REF_H

#include "ss_base.h"

SS_KERNEL void ss_load_ref(int size, const int8_t *data, /* (size), in flash */
                           int8_t *output)               /* (size) */
{
    for (int i = 0; i < size; i++) {
        int8_t byte = SS_READ_8(&data[i]);
        SS_OPAQUE(byte); /* else a compiler may call memcpy */
        output[i] = byte;
    }
}

#endif
