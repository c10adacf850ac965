/* Contract of what takes packed sums apart; docs/why/c-safety.md says why it holds. */
#include "ss_fully_connected_armv6m.h"

/*@ assigns sums[0 .. 3] \from words[0 .. 2];
    ensures in_24_bits: \initialized(&sums[0 .. 3]);
    ensures in_24_bits: -0x800000 <= sums[0] <= 0x7FFFFF && -0x800000 <= sums[1] <= 0x7FFFFF;
    ensures in_24_bits: -0x800000 <= sums[2] <= 0x7FFFFF && -0x800000 <= sums[3] <= 0x7FFFFF; */
SS_KERNEL void ss_dense_tell_apart(const uint32_t *words, int32_t *sums);
