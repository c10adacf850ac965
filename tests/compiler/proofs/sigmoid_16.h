/* Contract of the int16 logistic function; docs/why/c-safety.md says why it holds. */
#include "ss_sigmoid_16.h"

/*@ requires steps: (bits == 8 || bits == 9) && INT32_MIN < x && 0 <= most <= 0x4000000;
    requires whole_table: \valid_read(table + (0 .. 255));
    assigns \result \from x, bits, most, table[0 .. 255];
    ensures in_reach: -0x4000000 <= \result <= 0x4000000; */
SS_KERNEL int32_t ss_sigmoid_16(int32_t x, int bits, int32_t most, const uint16_t *table);
