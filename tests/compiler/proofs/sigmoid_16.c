/* Every argument, step by step of the table, in any table. */
#include "__fc_builtin.h"
#include "sigmoid_16.h"

static uint16_t table[256];

static void step(long first, long last)
{
    const long x = Frama_C_long_interval(first, last), below = Frama_C_long_interval(-last, first > 0 ? -first : -1);
    const int32_t most = (int32_t)Frama_C_long_interval(0, 0x4000000);
    for (int bits = 8; bits <= 9; bits++) {
        ss_sigmoid_16((int32_t)x, bits, most, table);
        ss_sigmoid_16((int32_t)below, bits, most, table);
    }
}

int main(void)
{
    Frama_C_make_unknown((char *)table, sizeof table);
    for (long i = 0; i < 512; i++)
        step(i << 8, (i << 8) + 255);
    step(512l << 8, INT32_MAX);
    return 0;
}
