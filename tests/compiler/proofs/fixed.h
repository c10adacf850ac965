/* Contracts of arithmetic that intervals cannot follow; docs/why/c-safety.md says why they hold. */
#include "ss_fixed.h"

/*@ requires in_reach: INT32_MIN <= a - b <= INT32_MAX;
    assigns \result \from a, b;
    ensures larger: \result == \max(a, b); */
SS_KERNEL int32_t ss_max(int32_t a, int32_t b);

/*@ requires in_reach: INT32_MIN <= x - low <= INT32_MAX && INT32_MIN <= high - x <= INT32_MAX && low <= high;
    assigns \result \from x, low, high;
    ensures within: low <= \result <= high; */
SS_KERNEL int32_t ss_clamp(int32_t x, int32_t low, int32_t high);

#if !SS_WIDE_MULTIPLY
/*@ requires not_both_least: a > INT32_MIN || b > INT32_MIN;
    assigns \result \from a, b;
    ensures rounded: \result == ((a * b + 0x40000000) >> 31); */
SS_KERNEL int32_t ss_high_multiply(int32_t a, int32_t b);
#endif
