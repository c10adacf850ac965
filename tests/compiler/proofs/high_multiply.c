/* Products of any two numbers, where there is no wide multiplication. */
#include "__fc_builtin.h"
#include "ss_fixed.h"

int main(void)
{
    const int32_t a = (int32_t)Frama_C_long_interval(INT32_MIN, INT32_MAX);
    const int32_t b = (int32_t)Frama_C_long_interval(INT32_MIN, INT32_MAX);
    ss_high_multiply(a, b);
    return 0;
}
