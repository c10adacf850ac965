/* Every sum, in pieces so narrow that the intervals of Newton's steps do not overflow either. */
#include "__fc_builtin.h"
#include "softmax.h"

int main(void)
{
    const unsigned long most = 511ul << 19;
    for (int bits = 15; bits < 24; bits++)
        for (unsigned long piece = 16; piece < 32; piece++) {
            const unsigned long first = piece << bits, last = ((piece + 1) << bits) - 1;
            int32_t found;
            ss_softmax_reciprocal((uint32_t)Frama_C_unsigned_long_interval(first, last < most ? last : most), &found);
        }
    return 0;
}
