/* What the kernels for Helium (Armv8.1-M with MVE) share: dot products of int8 rows, requantization of four sums.
 *
 * Rows of weights are padded with zeros to steps of 16. Where the depth is no multiple of 16, the last step goes back
 * so far that it ends with the row, and its weights begin with zeros; a depth below 16 is read under a predicate. So
 * no load leaves a buffer.
 * Not here: scales above 1 in any channel (their sums would need a left shift first).
 */
#ifndef SS_MVE_H
#define SS_MVE_H

#include <arm_mve.h>

#include "ss_fixed.h"

#define SS_MVE_STEP 16

/* Two rows of activations (a, b), two rows of weights, and their four dot products so far. */
typedef struct {
    const int8_t *a, *b; /* where the next step begins */
    const int8_t *w;     /* (steps, 2, 16) */
    int32_t a0, a1, b0, b1;
} ss_mve_tile;

/* One row of activations, four rows of weights. */
typedef struct {
    const int8_t *a;
    const int8_t *w; /* (steps, 4, 16) */
    int32_t a0, a1, a2, a3;
} ss_mve_rows;

/* One step of a tile. Assembly, for gcc copies pointers and forms no pairs of its own accord; volatile, or it would
 * take for the same what the same pointers lead to at another time. */
#define SS_MVE_TILE_STEP(accumulate, how)                                                                            \
    __asm__ volatile("vldrb.8 q0, [%[a]], #16\n\t"                                                                   \
                     "vldrb.8 q2, [%[w]], #32\n\t"                                                                   \
                     "vmladav" accumulate ".s8 %[a0], q0, q2\n\t"                                                    \
                     "vldrb.8 q1, [%[b]], #16\n\t"                                                                   \
                     "vmladav" accumulate ".s8 %[b0], q1, q2\n\t"                                                    \
                     "vldrb.8 q3, [%[w], #-16]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a1], q0, q3\n\t"                                                    \
                     "vmladav" accumulate ".s8 %[b1], q1, q3"                                                        \
                     : [a] "+r"(t->a), [b] "+r"(t->b), [w] "+r"(t->w), [a0] how "Te"(t->a0), [a1] how "Te"(t->a1),   \
                       [b0] how "Te"(t->b0), [b1] how "Te"(t->b1)                                                    \
                     :                                                                                               \
                     : "q0", "q1", "q2", "q3", "memory")

#define SS_MVE_ROWS_STEP(accumulate, how)                                                                            \
    __asm__ volatile("vldrb.8 q0, [%[a]], #16\n\t"                                                                   \
                     "vldrb.8 q1, [%[w]], #64\n\t"                                                                   \
                     "vmladav" accumulate ".s8 %[a0], q0, q1\n\t"                                                    \
                     "vldrb.8 q2, [%[w], #-48]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a1], q0, q2\n\t"                                                    \
                     "vldrb.8 q1, [%[w], #-32]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a2], q0, q1\n\t"                                                    \
                     "vldrb.8 q2, [%[w], #-16]\n\t"                                                                  \
                     "vmladav" accumulate ".s8 %[a3], q0, q2"                                                        \
                     : [a] "+r"(t->a), [w] "+r"(t->w), [a0] how "Te"(t->a0), [a1] how "Te"(t->a1),                   \
                       [a2] how "Te"(t->a2), [a3] how "Te"(t->a3)                                                    \
                     :                                                                                               \
                     : "q0", "q1", "q2", "memory")

SS_KERNEL void ss_mve_tile_first(ss_mve_tile *t) { SS_MVE_TILE_STEP("", "=&"); }
SS_KERNEL void ss_mve_tile_next(ss_mve_tile *t) { SS_MVE_TILE_STEP("a", "+"); }
SS_KERNEL void ss_mve_rows_first(ss_mve_rows *t) { SS_MVE_ROWS_STEP("", "=&"); }
SS_KERNEL void ss_mve_rows_next(ss_mve_rows *t) { SS_MVE_ROWS_STEP("a", "+"); }

/* The dot products of two vectors with four rows of weights (2, 2, 16): 0 and 2, 1 and 3. */
SS_KERNEL void ss_mve_short_dots(int8x16_t a, int8x16_t b, const int8_t *w, int32x4_t *sum_a, int32x4_t *sum_b)
{
    int32x4_t u, v;
    int32_t a0, a1, b0, b1;
    __asm__ volatile("vldrb.8 q0, [%[w]]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #16]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vldrb.8 q0, [%[w], #32]\n\t"
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

/* The same of two vectors each, with weights (2, 2, 2, 16). */
SS_KERNEL void ss_mve_double_dots(int8x16_t a, int8x16_t a_next, int8x16_t b, int8x16_t b_next, const int8_t *w,
                                  int32x4_t *sum_a, int32x4_t *sum_b)
{
    int32x4_t u, v;
    int32_t a0, a1, b0, b1;
    __asm__ volatile("vldrb.8 q0, [%[w]]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #16]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vldrb.8 q0, [%[w], #32]\n\t"
                     "vmladav.s8 %[b1], %q[b], q1\n\t"
                     "vmladava.s8 %[a0], %q[c], q0\n\t"
                     "vldrb.8 q1, [%[w], #48]\n\t"
                     "vmladava.s8 %[b0], %q[d], q0\n\t"
                     "vmladava.s8 %[a1], %q[c], q1\n\t"
                     "vldrb.8 q0, [%[w], #64]\n\t"
                     "vmladava.s8 %[b1], %q[d], q1\n\t"
                     "vmov %q[u][2], %q[u][0], %[a0], %[a1]\n\t"
                     "vmladav.s8 %[a0], %q[a], q0\n\t"
                     "vldrb.8 q1, [%[w], #80]\n\t"
                     "vmov %q[v][2], %q[v][0], %[b0], %[b1]\n\t"
                     "vmladav.s8 %[b0], %q[b], q0\n\t"
                     "vmladav.s8 %[a1], %q[a], q1\n\t"
                     "vldrb.8 q0, [%[w], #96]\n\t"
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

/* The only step of rows shorter than it. */
SS_KERNEL void ss_mve_rows_short(ss_mve_rows *t, int depth)
{
    const int8x16_t a = vldrbq_z_s8(t->a, vctp8q((uint32_t)depth));
    t->a0 = vmladavq_s8(a, vldrbq_s8(t->w));
    t->a1 = vmladavq_s8(a, vldrbq_s8(t->w + SS_MVE_STEP));
    t->a2 = vmladavq_s8(a, vldrbq_s8(t->w + 2 * SS_MVE_STEP));
    t->a3 = vmladavq_s8(a, vldrbq_s8(t->w + 3 * SS_MVE_STEP));
    t->w += 4 * SS_MVE_STEP;
}

/* All steps of dot products at least one step deep; four to a round of the loop. `depth` is a literal wherever this is
 * inlined. */
#define SS_MVE_DOT(type)                                                                                             \
    SS_KERNEL void ss_mve_##type##_dot(ss_mve_##type *t, int depth)                                                  \
    {                                                                                                                \
        const int steps = depth / SS_MVE_STEP - 1;                                                                   \
        ss_mve_##type##_first(t);                                                                                    \
        for (int n = steps / 4; n > 0; n--) {                                                                        \
            ss_mve_##type##_next(t);                                                                                 \
            ss_mve_##type##_next(t);                                                                                 \
            ss_mve_##type##_next(t);                                                                                 \
            ss_mve_##type##_next(t);                                                                                 \
        }                                                                                                            \
        if (steps & 2) {                                                                                             \
            ss_mve_##type##_next(t);                                                                                 \
            ss_mve_##type##_next(t);                                                                                 \
        }                                                                                                            \
        if (steps & 1)                                                                                               \
            ss_mve_##type##_next(t);                                                                                 \
        if (depth % SS_MVE_STEP) {                                                                                   \
            ss_mve_##type##_back(t, SS_MVE_STEP - depth % SS_MVE_STEP);                                              \
            ss_mve_##type##_next(t);                                                                                 \
        }                                                                                                            \
    }

SS_KERNEL void ss_mve_tile_back(ss_mve_tile *t, int by)
{
    t->a -= by;
    t->b -= by;
}

SS_KERNEL void ss_mve_rows_back(ss_mve_rows *t, int by) { t->a -= by; }

SS_MVE_DOT(tile)
SS_MVE_DOT(rows)

/* Lanes 0 and 2, or 1 and 3, from core registers: one instruction. */
SS_KERNEL int32x4_t ss_mve_even_lanes(int32_t x0, int32_t x2)
{
    int32x4_t v;
    __asm__("vmov %q0[2], %q0[0], %1, %2" : "=w"(v) : "r"(x0), "r"(x2));
    return v;
}

SS_KERNEL int32x4_t ss_mve_odd_lanes(int32x4_t v, int32_t x1, int32_t x3)
{
    __asm__("vmov %q0[3], %q0[1], %1, %2" : "+w"(v) : "r"(x1), "r"(x3));
    return v;
}

/* Constants of four output channels: bias, multiplier, shift (not above 0). */
typedef struct {
    int32x4_t bias, multiplier, shift;
} ss_mve_scales;

#define SS_MVE_SCALES 12

SS_KERNEL ss_mve_scales ss_mve_load_scales(const int32_t *table /* (3, 4) */)
{
    return (ss_mve_scales){vldrwq_s32(table), vldrwq_s32(table + 4), vldrwq_s32(table + 8)};
}

/* x / 2^-shift to the nearest, half away from zero where `exact` asks for it, else half up. VRSHL rounds half up;
 * where x is negative one less makes that half away from zero, but there is nothing to round where the shift is 0. */
SS_KERNEL int32x4_t ss_mve_round_shift(int32x4_t x, int32x4_t shift, int exact)
{
    if (exact)
        x = vaddq_s32(x, vshrq_n_s32(vandq_s32(x, shift), 31));
    return vrshlq_s32(x, shift);
}

/* x plus the zero point within the range, one int8 value in the lowest byte of each lane. */
SS_KERNEL int32x4_t ss_mve_clamp(int32x4_t x, ss_range range)
{
    x = vaddq_n_s32(x, range.zero_point);
    if (range.minimum == INT8_MIN && range.maximum == INT8_MAX) { /* needs no vector of either bound */
        __asm__("vqmovnb.s32 %q0, %q0\n\tvqmovnb.s16 %q0, %q0" : "+w"(x));
        return x;
    }
    return vminq_s32(vmaxq_s32(x, vdupq_n_s32(range.minimum)), vdupq_n_s32(range.maximum));
}

/* Four sums to four int8 values, in the lowest byte of each lane. Below a zero point that is also the minimum, rounding
 * is moot. */
SS_KERNEL int32x4_t ss_mve_requantize(int32x4_t sum, ss_mve_scales scales, ss_range range)
{
    const int32x4_t high = vqrdmulhq_s32(vaddq_s32(sum, scales.bias), scales.multiplier);
    return ss_mve_clamp(ss_mve_round_shift(high, scales.shift, range.minimum < range.zero_point), range);
}

/* Store the lowest bytes of the first `count` lanes; 4 as a literal costs no predicate. */
SS_KERNEL void ss_mve_store(int8_t *output, int32x4_t x, int count)
{
    if (count == 4)
        vstrbq_s32(output, x);
    else
        vstrbq_p_s32(output, x, vctp32q((uint32_t)count));
}

/* memset, 16 bytes to a round. */
SS_KERNEL void ss_mve_fill(int8_t *to, int32_t value, int count)
{
    __asm__ volatile("vdup.8 q0, %[value]\n\t"
                     "wlstp.8 lr, %[n], 1f\n"
                     "2:\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 2b\n"
                     "1:"
                     : [to] "+r"(to)
                     : [value] "r"(value), [n] "r"(count)
                     : "q0", "lr", "memory");
}

#endif
