/* Every difference of two int8, for the constants of one layer; that of the largest to itself gives 2^19 to the sum. */
#include "softmax.h"

int main(void)
{
    const ss_scale scale = {MULTIPLIER, SHIFT};
    for (int32_t difference = -255; difference < 0; difference++)
        ss_softmax_exp(difference, scale, LOWEST);
    const int32_t one = ss_softmax_exp(0, scale, LOWEST);
    //@ assert one: one == 0x7FFFFFFF;
    return 0;
}
