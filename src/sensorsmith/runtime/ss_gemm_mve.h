/* Rows of outputs from windows that lie in one piece, as convolutions with Helium need them: two pixels by four
 * channels at a time, so that six loads feed eight times 16 products. Windows of one or two vectors are read once for
 * all channels.
 *
 * Not here: windows in several pieces; see kernels/conv2d/mve.h for how they come together.
 */
#ifndef SS_GEMM_MVE_H
#define SS_GEMM_MVE_H

#include "ss_mve.h"

/* One step of two rows of activations and four rows of weights. Assembly, for gcc copies pointers and sums; volatile,
 * or it would take for the same what the same pointers lead to at another time. */
#define SS_MVE_EIGHT(accumulate, how)                                                                                \
    __asm__ volatile("vldrb.8 q0, [%[a]], #16\n\t"                                                                   \
                     "vldrb.8 q2, [%[w]], #64\n\t"                                                                   \
                     "vmladav" accumulate ".s8 %[a0], q0, q2\n\t"                                                    \
                     "vldrb.8 q1, [%[b]], #16\n\t"                                                                   \
                     "vmladav" accumulate ".s8 %[b0], q1, q2\n\t"                                                    \
                     "vldrb.8 q3, [%[w], #-48]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a1], q0, q3\n\t"                                                    \
                     "vmladav" accumulate ".s8 %[b1], q1, q3\n\t"                                                    \
                     "vldrb.8 q2, [%[w], #-32]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a2], q0, q2\n\t"                                                    \
                     "vmladav" accumulate ".s8 %[b2], q1, q2\n\t"                                                    \
                     "vldrb.8 q3, [%[w], #-16]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a3], q0, q3\n\t"                                                    \
                     "vmladav" accumulate ".s8 %[b3], q1, q3"                                                        \
                     : [a] "+r"(a), [b] "+r"(b), [w] "+r"(w), [a0] how(a0), [a1] how(a1), [a2] how(a2),              \
                       [a3] how(a3), [b0] how(b0), [b1] how(b1), [b2] how(b2), [b3] how(b3)                          \
                     :                                                                                               \
                     : "q0", "q1", "q2", "q3", "memory")

/* The dot products of two rows a and b (depth) with four rows of weights (steps, 4, 16). Returns the end of these.
 * `depth` is a literal, and at least a step. Sums can only be in even core registers: they need all of them, which no
 * compiler finds out by itself. */
SS_KERNEL const int8_t *ss_mve_eight_dots(const int8_t *row_a, const int8_t *row_b, const int8_t *weights, int depth,
                                          int32x4_t *sum_a, int32x4_t *sum_b)
{
    register const int8_t *a __asm__("r1") = row_a;
    register const int8_t *b __asm__("r3") = row_b;
    register const int8_t *w __asm__("r5") = weights;
    register int32_t a0 __asm__("r0"), a1 __asm__("r2"), a2 __asm__("r4"), a3 __asm__("r6");
    register int32_t b0 __asm__("r8"), b1 __asm__("r10"), b2 __asm__("r12"), b3 __asm__("lr");
    const int steps = depth / SS_MVE_STEP - 1;
    SS_MVE_EIGHT("", "=&r");
    for (int n = steps / 4; n > 0;) {
        SS_MVE_EIGHT("a", "+r");
        SS_MVE_EIGHT("a", "+r");
        SS_MVE_EIGHT("a", "+r");
        SS_MVE_EIGHT("a", "+r");
        n--;
        SS_OPAQUE(n); /* else it becomes a hardware loop, which would need lr */
    }
    if (steps & 2) {
        SS_MVE_EIGHT("a", "+r");
        SS_MVE_EIGHT("a", "+r");
    }
    if (steps & 1)
        SS_MVE_EIGHT("a", "+r");
    if (depth % SS_MVE_STEP) {
        a -= SS_MVE_STEP - depth % SS_MVE_STEP;
        b -= SS_MVE_STEP - depth % SS_MVE_STEP;
        SS_MVE_EIGHT("a", "+r");
    }
    *sum_a = ss_mve_lanes(a0, a1, a2, a3);
    *sum_b = ss_mve_lanes(b0, b1, b2, b3);
    return w;
}

/* The dot products of two vectors with four rows of weights (4, 16). */
SS_KERNEL void ss_mve_short_dots(int8x16_t a, int8x16_t b, const int8_t *w, int32x4_t *sum_a, int32x4_t *sum_b)
{
    int32x4_t u, v;
    int32_t a0, a1, b0, b1;
    __asm__ volatile("vldrb.8 q0, [%[w]]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #32]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vldrb.8 q0, [%[w], #16]\n\t"
                     "vmladav.s8 %[b1], %q[b], q1\n\t"
                     "vmov %q[u][2], %q[u][0], %[a0], %[a1]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #48]\n\t"
                     "vmov %q[v][2], %q[v][0], %[b0], %[b1]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vmladav.s8 %[b1], %q[b], q1\n\t"
                     "vmov %q[u][3], %q[u][1], %[a0], %[a1]\n\t"
                     "vmov %q[v][3], %q[v][1], %[b0], %[b1]"
                     : [u] "=&w"(u), [v] "=&w"(v), [a0] "=&Te"(a0), [a1] "=&Te"(a1), [b0] "=&Te"(b0), [b1] "=&Te"(b1)
                     : [a] "w"(a), [b] "w"(b), [w] "r"(w)
                     : "q0", "q1", "memory");
    *sum_a = u;
    *sum_b = v;
}

/* The same of two vectors each, with weights (2, 4, 16). */
SS_KERNEL void ss_mve_double_dots(int8x16_t a, int8x16_t a_next, int8x16_t b, int8x16_t b_next, const int8_t *w,
                                  int32x4_t *sum_a, int32x4_t *sum_b)
{
    int32x4_t u, v;
    int32_t a0, a1, b0, b1;
    __asm__ volatile("vldrb.8 q0, [%[w]]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #32]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vldrb.8 q0, [%[w], #64]\n\t"
                     "vmladav.s8 %[b1], %q[b], q1\n\t"
                     "vmladava.s8 %[a0], %q[c], q0\n\t"
                     "vldrb.8 q1, [%[w], #96]\n\t"
                     "vmladava.s8 %[b0], %q[d], q0\n\t"
                     "vmladava.s8 %[a1], %q[c], q1\n\t"
                     "vldrb.8 q0, [%[w], #16]\n\t"
                     "vmladava.s8 %[b1], %q[d], q1\n\t"
                     "vmov %q[u][2], %q[u][0], %[a0], %[a1]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #48]\n\t"
                     "vmov %q[v][2], %q[v][0], %[b0], %[b1]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vldrb.8 q0, [%[w], #80]\n\t"
                     "vmladav.s8 %[b1], %q[b], q1\n\t"
                     "vmladava.s8 %[a0], %q[c], q0\n\t"
                     "vldrb.8 q1, [%[w], #112]\n\t"
                     "vmladava.s8 %[b0], %q[d], q0\n\t"
                     "vmladava.s8 %[a1], %q[c], q1\n\t"
                     "vmladava.s8 %[b1], %q[d], q1\n\t"
                     "vmov %q[u][3], %q[u][1], %[a0], %[a1]\n\t"
                     "vmov %q[v][3], %q[v][1], %[b0], %[b1]"
                     : [u] "=&w"(u), [v] "=&w"(v), [a0] "=&Te"(a0), [a1] "=&Te"(a1), [b0] "=&Te"(b0), [b1] "=&Te"(b1)
                     : [a] "w"(a), [b] "w"(b), [c] "w"(a_next), [d] "w"(b_next), [w] "r"(w)
                     : "q0", "q1", "memory");
    *sum_a = u;
    *sum_b = v;
}

/* Requantize four sums of two pixels, `step` bytes apart, and store `count`. */
SS_KERNEL void ss_mve_finish(int32x4_t sum_a, int32x4_t sum_b, const int32_t *table, ss_range range, int count,
                             int8_t *output, int step)
{
    const ss_mve_scales scales = ss_mve_load_scales(table);
    ss_mve_store(output, ss_mve_requantize(sum_a, scales, range), count);
    ss_mve_store(output + step, ss_mve_requantize(sum_b, scales, range), count);
}

/* All channels of two pixels, `step` bytes apart in the input and `output_step` in the output. */
SS_KERNEL void ss_mve_pair(const int8_t *window, int step, int depth, const int8_t *filter,
                           const int32_t *table, ss_range range, int channels, int8_t *output, int output_step)
{
    int32x4_t sum_a, sum_b;
    for (int n = channels / 4; n > 0; n--) {
        SS_OPAQUE(n); /* as above */
        filter = ss_mve_eight_dots(window, window + step, filter, depth, &sum_a, &sum_b);
        ss_mve_finish(sum_a, sum_b, table, range, 4, output, output_step);
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (channels % 4) {
        ss_mve_eight_dots(window, window + step, filter, depth, &sum_a, &sum_b);
        ss_mve_finish(sum_a, sum_b, table, range, channels % 4, output, output_step);
    }
}

/* The same for windows of at most one vector. */
SS_KERNEL void ss_mve_short_pair(const int8_t *window, int step, int depth, const int8_t *filter,
                                 const int32_t *table, ss_range range, int channels, int8_t *output, int output_step)
{
    const mve_pred16_t inside = vctp8q((uint32_t)depth);
    const int8x16_t a = depth == SS_MVE_STEP ? vldrbq_s8(window) : vldrbq_z_s8(window, inside);
    const int8x16_t b = depth == SS_MVE_STEP ? vldrbq_s8(window + step) : vldrbq_z_s8(window + step, inside);
    int32x4_t sum_a, sum_b;
    for (int n = channels / 4; n > 0; n--) {
        ss_mve_short_dots(a, b, filter, &sum_a, &sum_b);
        ss_mve_finish(sum_a, sum_b, table, range, 4, output, output_step);
        filter += 4 * SS_MVE_STEP;
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (channels % 4) {
        ss_mve_short_dots(a, b, filter, &sum_a, &sum_b);
        ss_mve_finish(sum_a, sum_b, table, range, channels % 4, output, output_step);
    }
}

/* The same for windows of two vectors. */
SS_KERNEL void ss_mve_double_pair(const int8_t *window, int step, int depth, const int8_t *filter,
                                  const int32_t *table, ss_range range, int channels, int8_t *output, int output_step)
{
    const int next = depth - SS_MVE_STEP;
    const int8x16_t a = vldrbq_s8(window), a_next = vldrbq_s8(window + next);
    const int8x16_t b = vldrbq_s8(window + step), b_next = vldrbq_s8(window + step + next);
    int32x4_t sum_a, sum_b;
    for (int n = channels / 4; n > 0; n--) {
        ss_mve_double_dots(a, a_next, b, b_next, filter, &sum_a, &sum_b);
        ss_mve_finish(sum_a, sum_b, table, range, 4, output, output_step);
        filter += 8 * SS_MVE_STEP;
        table += SS_MVE_SCALES;
        output += 4;
    }
    if (channels % 4) {
        ss_mve_double_dots(a, a_next, b, b_next, filter, &sum_a, &sum_b);
        ss_mve_finish(sum_a, sum_b, table, range, channels % 4, output, output_step);
    }
}

/* A row of `width` pixels, whose windows of `depth` values are `step` bytes apart. */
SS_KERNEL void ss_gemm_mve(const int8_t *windows, int step, int depth,
                           const int8_t *filter, /* (groups of 4 channels, steps, 4, 16) */
                           const int32_t *table, /* (groups of 4 channels, 3, 4) */
                           ss_range range, int width, int channels, int8_t *output) /* (width, channels) */
{
    /* Of an odd number of pixels, the last but one is computed twice. */
    const int both = width > 1, last = width - 1 - both;
    const int next = both * step, output_next = both * channels;
    for (int x = 0; x < width; x += 2) {
        const int first = x < last ? x : last;
        const int8_t *window = windows + first * step;
        int8_t *to = output + first * channels;
        if (depth <= SS_MVE_STEP)
            ss_mve_short_pair(window, next, depth, filter, table, range, channels, to, output_next);
        else if (depth <= 2 * SS_MVE_STEP)
            ss_mve_double_pair(window, next, depth, filter, table, range, channels, to, output_next);
        else
            ss_mve_pair(window, next, depth, filter, table, range, channels, to, output_next);
    }
}

#endif
