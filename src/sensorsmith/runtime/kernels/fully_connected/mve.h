/* Fully connected layer, int8: Helium. Four outputs at a time share each load of 16 inputs.
 *
 * Not here: scales above 1; see ss_mve.h for the order of weights, and for rows that are no multiple of 16.
 */
#ifndef SS_FULLY_CONNECTED_MVE_H
#define SS_FULLY_CONNECTED_MVE_H

#include "ss_mve.h"

/* Four outputs, of which `count` are stored. */
SS_KERNEL void ss_fully_connected_mve_group(ss_mve_rows *rows, ss_range range, int inputs, const int32_t *table,
                                            int count, int8_t *output)
{
    if (inputs < SS_MVE_STEP)
        ss_mve_rows_short(rows, inputs);
    else
        ss_mve_rows_dot(rows, inputs);
    const int32x4_t sum = ss_mve_odd_lanes(ss_mve_even_lanes(rows->a0, rows->a2), rows->a1, rows->a3);
    ss_mve_store(output, ss_mve_requantize(sum, ss_mve_load_scales(table), range), count);
}

SS_KERNEL void ss_fully_connected_mve(ss_range range,
                                      int inputs, const int8_t *input, /* (inputs) */
                                      const int8_t *weights,           /* (groups of 4, steps, 4, 16) */
                                      const int32_t *table,            /* (groups of 4, 3, 4) */
                                      int outputs, int8_t *output)     /* (outputs) */
{
    ss_mve_rows rows;
    rows.w = weights;
    for (int n = outputs / 4; n > 0; n--) {
        rows.a = input;
        ss_fully_connected_mve_group(&rows, range, inputs, table, 4, output);
        table += SS_MVE_SCALES;
        output += 4;
    }
    rows.a = input;
    if (outputs % 4)
        ss_fully_connected_mve_group(&rows, range, inputs, table, outputs % 4, output);
}

#endif
