/* The instructions of Armv7E-M (Cortex-M4, M7, M33) that the armv7em kernels are made of, each with an equal C path.
 *
 * A pair is two int16 in one word, the first in the low half.
 */
#ifndef SS_ARMV7EM_H
#define SS_ARMV7EM_H

#include <stddef.h>

#include "ss_base.h"

#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define SS_ARMV7EM 1
#else
#define SS_ARMV7EM 0
#endif

/* Int16 in memory that was declared as bytes. */
#if defined(__GNUC__)
typedef int16_t __attribute__((may_alias)) ss_any_half;
#else
typedef int16_t ss_any_half;
#endif

/* Four bytes, the first in the low bits. */
SS_KERNEL uint32_t ss_load_word(const void *p)
{
    return *(const ss_any_word *)p;
}

SS_KERNEL int32_t ss_low_half(uint32_t pair)
{
    return (int16_t)(pair & 0xFFFFu);
}

SS_KERNEL int32_t ss_high_half(uint32_t pair)
{
    return (int16_t)(pair >> 16);
}

SS_KERNEL uint32_t ss_pair(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFFu) | ((uint32_t)high << 16);
}

/* Bytes 1 and 3 of a word, as a pair. */
SS_KERNEL uint32_t ss_odd_bytes(uint32_t word)
{
#if SS_ARMV7EM
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
#else
    return ss_pair((int8_t)(word >> 8), (int8_t)(word >> 24));
#endif
}

/* Bytes 0 and 2 of a word, as a pair. */
SS_KERNEL uint32_t ss_even_bytes(uint32_t word)
{
#if SS_ARMV7EM
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
#else
    return ss_pair((int8_t)(word & 0xFFu), (int8_t)((word >> 16) & 0xFFu));
#endif
}

/* The two bytes of each half, swapped. */
SS_KERNEL uint32_t ss_swap_bytes(uint32_t word)
{
#if SS_ARMV7EM
    uint32_t swapped;
    __asm__("rev16 %0, %1" : "=r"(swapped) : "r"(word));
    return swapped;
#else
    return ((word & 0x00FF00FFu) << 8) | ((word >> 8) & 0x00FF00FFu);
#endif
}

/* sum + x.low * y.low + x.high * y.high, modulo 2^32. */
SS_KERNEL int32_t ss_multiply_pairs(uint32_t x, uint32_t y, int32_t sum)
{
#if SS_ARMV7EM
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(y));
    return sum;
#else
    const uint32_t low = (uint32_t)(ss_low_half(x) * ss_low_half(y));
    const uint32_t high = (uint32_t)(ss_high_half(x) * ss_high_half(y));
    return (int32_t)((uint32_t)sum + low + high);
#endif
}

/* The nearest integer to a * b / 2^32, half up. */
SS_KERNEL int32_t ss_multiply_rounded(int32_t a, int32_t b)
{
#if SS_ARMV7EM
    int32_t high;
    __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(a), "r"(b));
    return high;
#else
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
#endif
}

/* (x + zero point * 2^n) / 2^n to nearest, half away from zero, within int8, where n = shift + 1 and
 * |x| + 2^(shift + 8) < 2^31, and offset = (2 * zero point + 1) * 2^shift: the second rounding of TFLite's requantization. */
SS_KERNEL int32_t ss_round_to_int8(int32_t x, int32_t offset, int32_t shift)
{
    x = (x + (x >> 31) + offset) >> shift;
#if SS_ARMV7EM
    __asm__("ssat %0, #8, %0, asr #1" : "+r"(x));
    return x;
#else
    x >>= 1;
    return x < INT8_MIN ? INT8_MIN : x > INT8_MAX ? INT8_MAX : x;
#endif
}

/* From twice a sum to int8, by a multiplier / 2^31 * 2^-(shift + 1), with offset as ss_round_to_int8 wants it.
 *
 * Clamped, the zero point in `offset` is moved by -minimum - 128, so that saturation cuts at the minimum; `clamp` has
 * 255 - (maximum - minimum) in its lowest byte, which moves the maximum to 127, and in the next one what moves all back
 * to its place, modulo 256. */
SS_KERNEL int8_t ss_finish_armv7em(int32_t twice, int32_t multiplier, int32_t offset, int32_t shift, int32_t clamp,
                                   int clamped)
{
    int32_t x = ss_round_to_int8(ss_multiply_rounded(twice, multiplier), offset, shift);
    if (clamped) {
        x += clamp & 0xFF;
#if SS_ARMV7EM
        __asm__("ssat %0, #8, %0" : "+r"(x));
#else
        x = x > INT8_MAX ? INT8_MAX : x;
#endif
        x += (clamp >> 8) & 0xFF;
    }
    return (int8_t)x;
}

#endif
