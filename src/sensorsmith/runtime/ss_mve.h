/* What the kernels for Helium (Armv8.1-M with MVE) share: requantization of four sums, and how rows are cut to vectors.
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

/* A vector of four sums, two lanes to an instruction. */
SS_KERNEL int32x4_t ss_mve_lanes(int32_t x0, int32_t x1, int32_t x2, int32_t x3)
{
    int32x4_t v;
    __asm__("vmov %q[v][2], %q[v][0], %[x0], %[x2]\n\t"
            "vmov %q[v][3], %q[v][1], %[x1], %[x3]"
            : [v] "=&w"(v)
            : [x0] "r"(x0), [x1] "r"(x1), [x2] "r"(x2), [x3] "r"(x3));
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
