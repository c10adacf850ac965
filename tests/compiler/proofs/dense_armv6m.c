/* Any packed sums, taken apart. */
#include "__fc_builtin.h"
#include "ss_fully_connected_armv6m.h"

int main(void)
{
    static uint32_t words[3];
    static int32_t sums[4];
    Frama_C_make_unknown((char *)words, sizeof words);
    ss_dense_tell_apart(words, sums);
    return 0;
}
