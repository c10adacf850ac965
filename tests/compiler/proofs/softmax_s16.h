/* What the int16 softmax relies on; docs/why/c-safety.md says why it holds. */
#include "ss_softmax_s16_ref.h"

/*@ requires a_mask: mask == 0 || mask == -1;
    assigns \result \from mask, a, b;
    ensures one_of_them: \min(a, b) <= \result <= \max(a, b); */
SS_KERNEL int32_t ss_select(int32_t mask, int32_t a, int32_t b);

/*@ requires less_than_the_largest: INT16_MIN <= x <= INT16_MAX; */
SS_KERNEL int32_t ss_look_up_16(int32_t x, const int16_t *table);
