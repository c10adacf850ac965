/* tiny.c: see tiny.h. Made by sensorsmith; changes will be lost. */
#include "tiny.h"

#include "ss_base.h"
#include "ss_conv2d_mve.h"
#include "ss_fully_connected_mve.h"
#include "ss_max_pool_mve.h"
#include "ss_softmax_ref.h"

static _Alignas(8) int8_t tiny_arena[TINY_ARENA_BYTES];

/* t4: (1, 4, 1, 3), 72 multiply-accumulates */
static const int8_t tiny_layer_00_conv2d_filter[64] SS_FLASH = { /* (1, 1, 4, 16), 3 scales, 0.125 to 0.5 */
    -127, -120, -113, -106,  -99,  -92,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
     -85,  -78,  -71,  -64,  -57,  -50,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
     -43,  -36,  -29,  -22,  -15,   -8,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
       0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0};
static const int32_t tiny_layer_00_conv2d_table[12] SS_FLASH = { /* (1, 3, 4), bias, multiplier, shift, of four channels each */
          -784,       -442,       -100,          0, 1073741824, 1073741824, 1073741824,          0,
            -4,         -3,         -5,          0};
SS_LAYER void tiny_layer_00_conv2d(void)
{
    ss_conv2d_mve(
        (ss_window){.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .pad_h = 0, .pad_w = 1},
        /* padding */ -1,
        (ss_range){.zero_point = -128, .minimum = -128, .maximum = 127},
        /* input_dims */ (ss_dims){.h = 1, .w = 4, .c = 2},
        ss_at(&tiny_arena[12]),
        /* filter_dims */ (ss_dims){.h = 1, .w = 3, .c = 2},
        tiny_layer_00_conv2d_filter,
        tiny_layer_00_conv2d_table,
        /* band_width */ 6,
        ss_at(&tiny_arena[0]),
        /* output_dims */ (ss_dims){.h = 1, .w = 4, .c = 3},
        ss_at(&tiny_arena[12]));
}

/* t5: (1, 2, 1, 3) */
SS_LAYER void tiny_layer_01_max_pool(void)
{
    ss_max_pool_mve(
        (ss_window){.stride_h = 1, .stride_w = 2, .dilation_h = 1, .dilation_w = 1, .pad_h = 0, .pad_w = 0},
        (ss_range){.zero_point = 0, .minimum = -128, .maximum = 127},
        /* input_dims */ (ss_dims){.h = 1, .w = 4, .c = 3},
        ss_at(&tiny_arena[12]),
        /* pool_dims */ (ss_dims){.h = 1, .w = 2, .c = 1},
        /* output_dims */ (ss_dims){.h = 1, .w = 2, .c = 3},
        ss_at(&tiny_arena[0]));
}

/* t8: (1, 2), 12 multiply-accumulates */
static const int8_t tiny_layer_02_fully_connected_weights[64] SS_FLASH = { /* (1, 1, 4, 16), scale 0.01 */
    -127, -114, -101,  -88,  -75,  -62,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
     -49,  -36,  -23,  -10,    3,   16,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
       0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
       0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0};
static const int32_t tiny_layer_02_fully_connected_table[12] SS_FLASH = { /* (1, 3, 4), bias, multiplier, shift, of four channels each */
        -72576,     -12672,          0,          0, 1374389504, 1374389504,          0,          0,
            -2,         -2,          0,          0};
SS_LAYER void tiny_layer_02_fully_connected(void)
{
    ss_fully_connected_mve(
        (ss_range){.zero_point = 3, .minimum = -128, .maximum = 127},
        /* inputs */ 6,
        ss_at(&tiny_arena[0]),
        tiny_layer_02_fully_connected_weights,
        tiny_layer_02_fully_connected_table,
        /* outputs */ 2,
        ss_at(&tiny_arena[8]));
}

/* t9: (1, 2) */
SS_LAYER void tiny_layer_03_softmax(void)
{
    ss_softmax_ref(
        /* lowest */ -62,
        (ss_scale){.multiplier = 1073741824, .shift = 25},
        /* rows */ 1,
        /* classes */ 2,
        ss_at(&tiny_arena[8]),
        ss_at(&tiny_arena[0]));
}

int8_t *tiny_input(void)
{
    return &tiny_arena[12];
}

const int8_t *tiny_output(void)
{
    return &tiny_arena[0];
}

int tiny_run(void)
{
    tiny_layer_00_conv2d();
    tiny_layer_01_max_pool();
    tiny_layer_02_fully_connected();
    tiny_layer_03_softmax();
    return 0;
}

int tiny_infer(const int8_t *input, int8_t *output)
{
    ss_copy(input, &tiny_arena[12], TINY_INPUT_SIZE);
    tiny_run();
    ss_copy(&tiny_arena[0], output, TINY_OUTPUT_SIZE);
    return 0;
}
