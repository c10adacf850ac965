/* Moves bytes to a lower address, over themselves if need be: rows of an image that the next strip reads again.
 *
 * Not here: moves to a higher address.
 */
#ifndef SS_SLIDE_REF_H
#define SS_SLIDE_REF_H

#include "ss_base.h"

SS_KERNEL void ss_slide_ref(int size, const int8_t *input, /* (size) */
                            int8_t *output)                /* (size), below the input */
{
    ss_copy(input, output, size);
}

#endif
