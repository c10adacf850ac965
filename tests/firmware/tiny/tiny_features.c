#include "tiny_features.h"

void tiny_features(const int16_t *samples, int8_t *out)
{
    for (int i = 0; i < TINY_FEATURES_SIZE; i++)
        out[i] = (int8_t)(((uint16_t)samples[i] ^ 0x8000u) / 256u - 128u);
}
