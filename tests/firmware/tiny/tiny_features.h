/* A feature block small enough to check by hand: the high byte of every count. */
#ifndef TINY_FEATURES_H
#define TINY_FEATURES_H

#include <stdint.h>

#define TINY_WINDOW_SAMPLES 8
#define TINY_HOP_SAMPLES 4
#define TINY_CHANNELS 2
#define TINY_FEATURES_SIZE 16

void tiny_features(const int16_t *samples, int8_t *out);

#endif
