/* tiny.c: see tiny.h. Made by sensorsmith; changes will be lost. */
#include "tiny.h"

#include "ss_base.h"
#include "ss_conv2d_armv7em.h"
#include "ss_fully_connected_armv7em.h"
#include "ss_max_pool_ref.h"
#include "ss_softmax_ref.h"

static _Alignas(8) int8_t tiny_arena[TINY_ARENA_BYTES];

/* t4: (1, 4, 1, 3), 72 multiply-accumulates */
static const int32_t tiny_layer_00_conv2d_stream[18] SS_FLASH = { /* (2, 9), 3 scales, 0.125 to 0.5 */
        -157651,      -86101, -1785755775, -1078349397,       41885,       52679,  1073741824,  1073741824,
            515,      -14551,           0,  -370943019,           0,       63473,           0,  1073741824,
              0,           4};
SS_LAYER void tiny_layer_00_conv2d(void)
{
    ss_conv2d_armv7em(
        (ss_window){.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .pad_h = 0, .pad_w = 1},
        /* input_zero_point */ -1,
        /* offset */ -255,
        /* clamp */ 0,
        /* clamped */ 0,
        /* rectified */ 0,
        /* input_dims */ (ss_dims){.h = 1, .w = 4, .c = 2},
        ss_at(&tiny_arena[64]),
        /* filter_dims */ (ss_dims){.h = 1, .w = 3, .c = 2},
        tiny_layer_00_conv2d_stream,
        (int32_t *)(void *)ss_at(&tiny_arena[0]),
        /* output_dims */ (ss_dims){.h = 1, .w = 4, .c = 3},
        ss_at(&tiny_arena[56]));
}

/* t5: (1, 2, 1, 3) */
SS_LAYER void tiny_layer_01_max_pool(void)
{
    ss_max_pool_ref(
        (ss_window){.stride_h = 1, .stride_w = 2, .dilation_h = 1, .dilation_w = 1, .pad_h = 0, .pad_w = 0},
        (ss_range){.zero_point = 0, .minimum = -128, .maximum = 127},
        /* input_dims */ (ss_dims){.h = 1, .w = 4, .c = 3},
        ss_at(&tiny_arena[56]),
        /* pool_dims */ (ss_dims){.h = 1, .w = 2, .c = 1},
        /* output_dims */ (ss_dims){.h = 1, .w = 2, .c = 3},
        ss_at(&tiny_arena[4]));
}

/* t8: (1, 2), 12 multiply-accumulates */
static const int32_t tiny_layer_02_fully_connected_stream[17] SS_FLASH = { /* (1, 17), scale 0.01 */
      -18540975,    -3235269,           0,           0, -1482977919,  -169223217,           0,           0,
          49589,        4099,           0,           0,  1374389504,  1374389504,           0,           0,
            257};
SS_LAYER void tiny_layer_02_fully_connected(void)
{
    ss_fully_connected_armv7em(
        /* offset */ 7,
        /* clamp */ 0,
        /* clamped */ 0,
        /* row_scales */ 1,
        /* multiplier */ 1374389504,
        /* shift */ 1,
        /* inputs */ 6,
        ss_at(&tiny_arena[4]),
        tiny_layer_02_fully_connected_stream,
        (int32_t *)(void *)ss_at(&tiny_arena[0]),
        /* outputs */ 2,
        ss_at(&tiny_arena[16]));
}

/* t9: (1, 2) */
SS_LAYER void tiny_layer_03_softmax(void)
{
    ss_softmax_ref(
        /* lowest */ -62,
        (ss_scale){.multiplier = 1073741824, .shift = 25},
        /* rows */ 1,
        /* classes */ 2,
        ss_at(&tiny_arena[16]),
        ss_at(&tiny_arena[0]));
}

int8_t *tiny_input(void)
{
    return &tiny_arena[64];
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
    ss_copy(input, &tiny_arena[64], TINY_INPUT_SIZE);
    tiny_run();
    ss_copy(&tiny_arena[0], output, TINY_OUTPUT_SIZE);
    return 0;
}
