#include "tiny.h"

static int8_t arena[TINY_ARENA_BYTES];

static const int8_t weights[TINY_OUTPUT_SIZE][TINY_INPUT_SIZE] = {
    {3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0},
    {0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3},
    {-2, -1, -2, -1, -2, -1, -2, -1, -2, -1, -2, -1, -2, -1, -2, -1},
};

int8_t *tiny_input(void)
{
    return arena;
}

const int8_t *tiny_output(void)
{
    return arena + TINY_INPUT_SIZE;
}

int tiny_run(void)
{
    for (int k = 0; k < TINY_OUTPUT_SIZE; k++) {
        int32_t sum = 0;
        for (int i = 0; i < TINY_INPUT_SIZE; i++)
            sum += weights[k][i] * arena[i];
        /* |sum| <= 16 * 3 * 128 < 2^13: the high bits are an int8 without a clamp. */
        arena[TINY_INPUT_SIZE + k] = (int8_t)((uint32_t)(sum + 8192) / 64u - 128u);
    }
    return 0;
}
