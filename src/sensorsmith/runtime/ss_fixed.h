/* Fixed-point arithmetic of TFLite Micro (gemmlowp), bit for bit, without a branch.
 *
 * Not here: saturation where no argument reaches it. The compiler refuses a model in which a sum could leave int32
 * below (compiler/requantize.py), and no multiplier is INT32_MIN.
 */
#ifndef SS_FIXED_H
#define SS_FIXED_H

#include "ss_base.h"

/* All ones where x is negative, zero elsewhere. */
SS_KERNEL int32_t ss_sign(int32_t x)
{
    SS_OPAQUE(x); /* else a sign of a difference becomes a comparison, and that a branch */
    int32_t mask = x >> 31;
    SS_OPAQUE(mask);
    return mask;
}

/* a where mask is all ones, b where it is zero. */
SS_KERNEL int32_t ss_select(int32_t mask, int32_t a, int32_t b)
{
    SS_OPAQUE(mask);
    return (a & mask) | (b & ~mask);
}

/* The larger of two numbers less than 2^31 apart. */
SS_KERNEL int32_t ss_max(int32_t a, int32_t b)
{
    return a - ((a - b) & ss_sign(a - b));
}

/* x within [low, high]; x is less than 2^31 away from both. */
SS_KERNEL int32_t ss_clamp(int32_t x, int32_t low, int32_t high)
{
    x = ss_max(x, low);
    return x + ((high - x) & ss_sign(high - x));
}

/* The nearest integer to a * b / 2^31, half up: gemmlowp's SaturatingRoundingDoublingHighMul. */
SS_KERNEL int32_t ss_high_multiply(int32_t a, int32_t b)
{
#if SS_WIDE_MULTIPLY
    return (int32_t)(((int64_t)a * b + ((int32_t)1 << 30)) >> 31);
#else
    const int32_t a_high = a >> 16, a_low = a & 0xFFFF;
    const int32_t b_high = b >> 16, b_low = b & 0xFFFF;
    const uint32_t low = (uint32_t)a_low * (uint32_t)b_low;
    const int32_t middle = a_high * b_low + (int32_t)(low >> 16);
    const int32_t rest = a_low * b_high + (middle & 0xFFFF);
    const int32_t high = a_high * b_high + (middle >> 16) + (rest >> 16);
    /* Bits 30 and 31 of the product round it. Without a sign, for nothing here says that the sum cannot overflow. */
    return (int32_t)((uint32_t)high * 2u + ((((uint32_t)(rest >> 14) & 3u) + 1u) >> 1));
#endif
}

/* The nearest integer to x / 2^n, half away from zero: gemmlowp's RoundingDivideByPOT. 0 <= n <= 31,
 * |x| + 2^(n-1) < 2^31. */
SS_KERNEL int32_t ss_round_shift(int32_t x, int n)
{
    const uint32_t unit = (uint32_t)1 << n;
    const uint32_t negative = ((uint32_t)x >> 31) & (unit - 1u); /* 0 where n is 0: nothing to round */
    return (x + (int32_t)(unit >> 1) - (int32_t)negative) >> n;
}

/* x * multiplier * 2^(shift - 31), rounded twice as TFLite does: MultiplyByQuantizedMultiplier. -31 <= shift <= 30,
 * |x| * 2^shift < 2^31. */
SS_KERNEL int32_t ss_requantize(int32_t x, int32_t multiplier, int shift)
{
    const int left = shift & ~(shift >> 7);
    const int32_t scaled = (int32_t)((uint32_t)x << left);
    return ss_round_shift(ss_high_multiply(scaled, multiplier), left - shift);
}

/* The same for any x, and a shift that is not positive. */
SS_KERNEL int32_t ss_requantize_any(int32_t x, int32_t multiplier, int shift)
{
    const int32_t product = ss_high_multiply(x, multiplier);
    const int32_t mask = (int32_t)(((uint32_t)1 << -shift) - 1u);
    const int32_t half = (mask >> 1) - ss_sign(product);
    return (product >> -shift) + (int32_t)((uint32_t)(half - (product & mask)) >> 31);
}

/* One factor for a tensor, or (in flash) one for each output channel. */
typedef struct {
    int32_t multiplier;
    int shift;
} ss_scale;

typedef struct {
    const int32_t *multiplier; /* (c) */
    const int8_t *shift;       /* (c) */
} ss_channel_scales;

/* How a result becomes int8 or int16: its zero point, and the range that the activation leaves. */
typedef struct {
    int32_t zero_point, minimum, maximum;
} ss_range;

/* The clamp comes before the zero point is added, so that the sum cannot overflow. */
SS_KERNEL int32_t ss_to_range(int32_t x, ss_range range)
{
    return ss_clamp(x, range.minimum - range.zero_point, range.maximum - range.zero_point) + range.zero_point;
}

SS_KERNEL int8_t ss_to_int8(int32_t x, ss_range range)
{
    return (int8_t)ss_to_range(x, range);
}

#endif
