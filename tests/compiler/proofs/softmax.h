/* What softmax relies on, for the analysis of models: docs/why/c-safety.md says how each line is proven. */
#include "fixed.h"

/*@ requires less_than_the_largest: -255 <= difference <= 0;
    assigns \result \from difference, scale, lowest;
    ensures positive: 0 <= \result; */
SS_SHARED int32_t ss_softmax_exp(int32_t difference, ss_scale scale, int32_t lowest);

/*@ requires sum_of_exponentials: 0x80000 <= sum <= 511 * 0x80000;
    assigns \result, *bits \from sum;
    ensures in_bits: \initialized(bits) && 0 <= *bits <= 8; */
SS_KERNEL int32_t ss_softmax_reciprocal(uint32_t sum, int32_t *bits);

#include "ss_softmax_ref.h"
