/* Fully connected layer, int8, for AVR: as ref, with products of 8 by 8 bits, for which there is an instruction.
 *
 * Not here: register blocking, more than one row of input.
 */
#ifndef SS_FULLY_CONNECTED_AVR_H
#define SS_FULLY_CONNECTED_AVR_H

#include "ss_level.h"
#include "ss_product.h"

SS_KERNEL void ss_fully_connected_avr(int bends, int inputs, const int8_t *input, /* (inputs) */
                                      const int8_t *weights,           /* (outputs, inputs) */
                                      const uint32_t *levels,          /* (outputs, 4 or 6) */
                                      int outputs, int8_t *output)     /* (outputs) */
{
    for (int o = 0; o < outputs; o++, weights += inputs) {
        const ss_level level = ss_read_level(&levels[o * SS_LEVEL_WORDS(bends)], bends);
        output[o] = ss_to_level(level.bias + ss_dot(input, weights, inputs), level);
    }
}

#endif
