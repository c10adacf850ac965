/* tiny.h: a neural network, 84 multiply-accumulates. Made by sensorsmith; changes will be lost.
 *
 * Values are int8: real = scale * (value - zero point). Nothing here is reentrant: all calls use one static arena.
 */
#ifndef TINY_H
#define TINY_H

#include <stdint.h>

/* t0 */
#define TINY_INPUT_SHAPE { 1, 8 }
#define TINY_INPUT_SIZE 8
#define TINY_INPUT_SCALE 0.5f
#define TINY_INPUT_ZERO_POINT (-1)

/* t9 */
#define TINY_OUTPUT_SHAPE { 1, 2 }
#define TINY_OUTPUT_SIZE 2
#define TINY_OUTPUT_SCALE 0.00390625f
#define TINY_OUTPUT_ZERO_POINT (-128)

#define TINY_ARENA_BYTES 24

/* SHA-256 of the model's .tflite file, as sensorsmith writes it. */
#define TINY_MODEL_SHA256 "24ffaec63401b6b3bce791fdb281610d5c3ac5b5c97b656ecccf06ed1c9f3c4d"
#define TINY_MODEL_SHA256_BYTES \
    { \
        0x24, 0xff, 0xae, 0xc6, 0x34, 0x01, 0xb6, 0xb3, 0xbc, 0xe7, 0x91, 0xfd, 0xb2, 0x81, 0x61, 0x0d, \
        0x5c, 0x3a, 0xc5, 0xb5, 0xc9, 0x7b, 0x65, 0x6e, 0xcc, 0xcf, 0x06, 0xed, 0x1c, 0x9f, 0x3c, 0x4d \
    }

#ifdef __cplusplus
extern "C" {
#endif

/* Where to write the input, TINY_INPUT_SIZE values. tiny_run() overwrites it. */
int8_t *tiny_input(void);

/* Compute the output from the input. Returns 0; there is nothing that can fail. */
int tiny_run(void);

/* Where to read the output, TINY_OUTPUT_SIZE values, after tiny_run() and before the next input is written. */
const int8_t *tiny_output(void);

/* The three in one, with copies. input: (TINY_INPUT_SIZE); output: (TINY_OUTPUT_SIZE). Returns 0. */
int tiny_infer(const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
