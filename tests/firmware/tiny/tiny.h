/* A model small enough to check by hand: one fully connected layer from 16 features to 3 classes. */
#ifndef TINY_H
#define TINY_H

#include <stdint.h>

#define TINY_INPUT_SIZE 16
#define TINY_OUTPUT_SIZE 3
#define TINY_ARENA_BYTES 20

int8_t *tiny_input(void);
int tiny_run(void);
const int8_t *tiny_output(void);

#endif
