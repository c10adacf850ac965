/* Contracts of int16 arithmetic that intervals cannot follow; docs/why/c-safety.md says why they hold. */
#include "ss_fixed_16.h"

/*@ requires in_47_bits: -0x800000000000 <= x < 0x800000000000;
    requires in_15_bits: 0 <= multiplier <= 0x7FFF;
    requires to_the_right: -31 <= shift <= 14;
    assigns \result \from x, multiplier, shift;
    ensures rounded: INT32_MIN <= ((x * multiplier + (1 << (14 - shift))) >> (15 - shift)) <= INT32_MAX ==>
                     \result == ((x * multiplier + (1 << (14 - shift))) >> (15 - shift)); */
SS_KERNEL int32_t ss_requantize_wide(int64_t x, int32_t multiplier, int shift);

/*@ requires to_the_left: shift >= 0 ==> INT32_MIN <= x * (1 << shift) <= INT32_MAX;
    requires to_the_right: shift < 0 ==> -INT32_MAX + (1 << (-shift - 1)) <= x <= INT32_MAX - (1 << (-shift - 1));
    requires factor: 0 <= multiplier && -31 <= shift <= 30;
    assigns \result \from x, multiplier, shift;
    ensures rounded: ((x * multiplier) >> (31 - shift)) - 1 <= \result <= ((x * multiplier) >> (31 - shift)) + 2; */
SS_KERNEL int32_t ss_requantize(int32_t x, int32_t multiplier, int shift);
