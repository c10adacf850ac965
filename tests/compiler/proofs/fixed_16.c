/* Requantization of whatever the contracts allow. */
#include "__fc_builtin.h"
#include "fixed.h"
#include "fixed_16.h"

int main(void)
{
    const long long reach = 1ll << 47;
    for (int shift = -31; shift <= 14; shift++) {
        const int64_t x = Frama_C_long_long_interval(-reach, reach - 1);
        ss_requantize_wide(x, (int32_t)Frama_C_long_interval(0, 0x7FFF), shift);
    }
    for (int shift = -31; shift <= 30; shift++) {
        const long half = shift < 0 ? 1l << (-shift - 1) : 0;
        const long most = shift < 0 ? INT32_MAX - half : INT32_MAX >> shift;
        const int32_t multiplier = (int32_t)Frama_C_long_interval(0, INT32_MAX);
        ss_requantize((int32_t)Frama_C_long_interval(0, most), multiplier, shift);
        ss_requantize((int32_t)Frama_C_long_interval(-most, -1), multiplier, shift);
    }
    return 0;
}
