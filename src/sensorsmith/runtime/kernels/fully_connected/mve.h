/* Fully connected layer, int8: Helium. Four outputs at a time share each load of 16 inputs.
 *
 * Not here: scales above 1; see ss_mve.h for rows that are no multiple of 16.
 */
#ifndef SS_FULLY_CONNECTED_MVE_H
#define SS_FULLY_CONNECTED_MVE_H

#include "ss_mve.h"

/* One step of a row of activations and four rows of weights; see ss_gemm_mve.h for why it is assembly. */
#define SS_MVE_FOUR(accumulate, how)                                                                                 \
    __asm__ volatile("vldrb.8 q0, [%[a]], #16\n\t"                                                                   \
                     "vldrb.8 q1, [%[w]], #64\n\t"                                                                   \
                     "vmladav" accumulate ".s8 %[a0], q0, q1\n\t"                                                    \
                     "vldrb.8 q2, [%[w], #-48]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a1], q0, q2\n\t"                                                    \
                     "vldrb.8 q1, [%[w], #-32]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a2], q0, q1\n\t"                                                    \
                     "vldrb.8 q2, [%[w], #-16]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a3], q0, q2"                                                        \
                     : [a] "+r"(a), [w] "+r"(w), [a0] how "Te"(a0), [a1] how "Te"(a1), [a2] how "Te"(a2),            \
                       [a3] how "Te"(a3)                                                                             \
                     :                                                                                               \
                     : "q0", "q1", "q2", "memory")

/* The dot products of a row (depth) with four rows of weights (steps, 4, 16). Returns the end of these. */
SS_KERNEL const int8_t *ss_mve_four_dots(const int8_t *a, const int8_t *w, int depth, int32x4_t *sum)
{
    int32_t a0, a1, a2, a3;
    const int steps = depth / SS_MVE_STEP - 1;
    SS_MVE_FOUR("", "=&");
    for (int n = steps / 4; n > 0; n--) {
        SS_MVE_FOUR("a", "+");
        SS_MVE_FOUR("a", "+");
        SS_MVE_FOUR("a", "+");
        SS_MVE_FOUR("a", "+");
    }
    if (steps & 2) {
        SS_MVE_FOUR("a", "+");
        SS_MVE_FOUR("a", "+");
    }
    if (steps & 1)
        SS_MVE_FOUR("a", "+");
    if (depth % SS_MVE_STEP) {
        a -= SS_MVE_STEP - depth % SS_MVE_STEP;
        SS_MVE_FOUR("a", "+");
    }
    *sum = ss_mve_lanes(a0, a1, a2, a3);
    return w;
}

/* The same where the depth is less than a step. */
SS_KERNEL const int8_t *ss_mve_four_short_dots(const int8_t *a, const int8_t *w, int depth, int32x4_t *sum)
{
    const int8x16_t x = vldrbq_z_s8(a, vctp8q((uint32_t)depth));
    *sum = ss_mve_lanes(vmladavq_s8(x, vldrbq_s8(w)), vmladavq_s8(x, vldrbq_s8(w + SS_MVE_STEP)),
                        vmladavq_s8(x, vldrbq_s8(w + 2 * SS_MVE_STEP)),
                        vmladavq_s8(x, vldrbq_s8(w + 3 * SS_MVE_STEP)));
    return w + 4 * SS_MVE_STEP;
}

/* Four outputs, of which `count` are stored. Returns the end of their weights. */
SS_KERNEL const int8_t *ss_fully_connected_mve_group(const int8_t *input, int inputs, const int8_t *weights,
                                                     const int32_t *table, ss_range range, int count, int8_t *output)
{
    int32x4_t sum;
    if (inputs < SS_MVE_STEP)
        weights = ss_mve_four_short_dots(input, weights, inputs, &sum);
    else
        weights = ss_mve_four_dots(input, weights, inputs, &sum);
    ss_mve_store(output, ss_mve_requantize(sum, ss_mve_load_scales(table), range), count);
    return weights;
}

SS_KERNEL void ss_fully_connected_mve(ss_range range,
                                      int inputs, const int8_t *input, /* (inputs) */
                                      const int8_t *weights,           /* (groups of 4, steps, 4, 16) */
                                      const int32_t *table,            /* (groups of 4, 3, 4) */
                                      int outputs, int8_t *output)     /* (outputs) */
{
    for (int n = outputs / 4; n > 0; n--) {
        weights = ss_fully_connected_mve_group(input, inputs, weights, table, range, 4, output);
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (outputs % 4)
        ss_fully_connected_mve_group(input, inputs, weights, table, range, outputs % 4, output);
}

#endif
