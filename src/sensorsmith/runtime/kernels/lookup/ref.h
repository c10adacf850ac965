/* Any function of one int8, element by element, from a table of its 256 values: plain C, any target. The output may
 * take the place of the input.
 *
 * Not here: functions of two inputs.
 */
#ifndef SS_LOOKUP_REF_H
#define SS_LOOKUP_REF_H

#include "ss_base.h"

SS_KERNEL void ss_lookup_ref(const int8_t *table,           /* (256), the value for -128 first */
                             int size, const int8_t *input, /* (size) */
                             int8_t *output)                /* (size) */
{
    for (int i = 0; i < size; i++)
        output[i] = SS_READ_8(&table[input[i] + 128]);
}

#endif
