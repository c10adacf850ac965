/* Depthwise convolution, int8, for cores that multiply 32 by 32 bits to 32: channel by channel, on a widened plane.
 *
 * The pixels of one channel are widened to words, with the padding around them, so that one instruction loads three
 * taps; the taps of a window are computed in groups of three neighbours, weights of zero filling the last one.
 * Not here: windows wider than three pixels in more than one row; dilated columns; more than 8 groups.
 */
#ifndef SS_DEPTHWISE_CONV2D_ARMV6M_H
#define SS_DEPTHWISE_CONV2D_ARMV6M_H

#include "ss_level.h"
#include "ss_window.h"

enum { SS_DEPTHWISE_GROUPS = 8 };

/* What a channel is computed from; the assembly counts on this order. */
typedef struct {
    const int32_t *plane;
    const int32_t *record; /* bias, (groups, 3) weights, fraction, factor, constant, width, channels, column step */
    int8_t *output;        /* pixel 0 of this channel */
    int32_t skip;          /* groups of the longest window that this one lacks */
    int32_t gap;           /* bytes from a group to the next */
    int32_t row_bytes;     /* of the output */
    int32_t row_step;      /* bytes of the plane between rows of windows */
    int32_t rows;          /* of the output */
    uint32_t knee, extra;
} ss_depthwise_channel;

#define SS_DEPTHWISE_PART_1                                             \
    ".syntax unified\n"                                                 \
    "push {r4-r7, lr}\n"                                                \
    "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"             \
    "push {r4-r7}\n"                                                    \
    "sub sp, #32\n" /* 0: windows of this row; 4: row bytes; 8: row step; 12: rows; 16: knee, extra; 24: row's end */ \
    "ldmia r0!, {r1-r7}\n"                                              \
    "str r1, [sp, #0]\n mov r11, r2\n mov lr, r3\n mov r9, r5\n"        \
    "str r6, [sp, #4]\n str r7, [sp, #8]\n"                             \
    "movs r1, #18\n muls r4, r1, r4\n adr r1, 3f\n adds r1, r1, r4\n mov r12, r1\n" \
    "ldmia r0!, {r1-r3}\n"                                              \
    "str r1, [sp, #12]\n str r2, [sp, #16]\n str r3, [sp, #20]\n"       \
    "1:\n" /* a row */                                                  \
    "ldr r1, [sp, #0]\n mov r10, r1\n"                                  \
    "ldr r2, [sp, #8]\n adds r1, r1, r2\n str r1, [sp, #0]\n"           \
    "ldr r1, [sp, #4]\n add r1, lr\n str r1, [sp, #24]\n"               \
    "2:\n" /* an output */                                              \
    "mov r0, r10\n mov r1, r11\n"                                       \
    "ldmia r1!, {r2}\n mov r8, r2\n"                                    \
    "mov pc, r12\n"                                                     \
    ".p2align 2\n"                                                      \
    "3:\n"                                                              \
    ".rept 8\n"                                                         \
    "ldmia r1!, {r2-r4}\n ldmia r0!, {r5-r7}\n"                         \
    "muls r5, r2, r5\n add r8, r5\n muls r6, r3, r6\n add r8, r6\n muls r7, r4, r7\n add r8, r7\n" \
    "add r0, r9\n"                                                      \
    ".endr\n"

#define SS_DEPTHWISE_PART_2(bend_test, bend_add)                        \
    "mov r0, r8\n ldmia r1!, {r2-r7}\n add r10, r7\n"                   \
    "asrs r1, r0, #31\n bics r0, r1\n"                                  \
    "subs r1, r5, r0\n asrs r7, r1, #31\n ands r1, r7\n adds r0, r0, r1\n" \
    bend_test                                                           \
    "mov r1, r0\n muls r1, r2, r1\n lsrs r1, r1, #12\n"                 \
    "muls r0, r3, r0\n adds r0, r0, r1\n adds r0, r0, r4\n" bend_add    \
    "lsrs r0, r0, #24\n mov r7, lr\n strb r0, [r7]\n add lr, r6\n"      \
    "ldr r7, [sp, #24]\n cmp lr, r7\n bne 2b\n"                         \
    "ldr r1, [sp, #12]\n subs r1, r1, #1\n str r1, [sp, #12]\n"         \
    "beq 4f\n b 1b\n"                                                   \
    "4:\n"                                                              \
    "add sp, #32\n"                                                     \
    "pop {r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n" \
    "pop {r4-r7, pc}\n"

#if defined(__ARM_ARCH_6M__)

#define SS_CHANNEL __attribute__((naked, noinline, unused)) static void

SS_CHANNEL ss_depthwise_channel_straight(const ss_depthwise_channel *channel __attribute__((unused)))
{
    __asm__(SS_DEPTHWISE_PART_1);
    __asm__(SS_DEPTHWISE_PART_2("", ""));
}

SS_CHANNEL ss_depthwise_channel_bent(const ss_depthwise_channel *channel __attribute__((unused)))
{
    __asm__(SS_DEPTHWISE_PART_1);
    __asm__(SS_DEPTHWISE_PART_2(
        "ldr r1, [sp, #16]\n subs r1, r0, r1\n asrs r1, r1, #31\n ldr r7, [sp, #20]\n bics r7, r1\n",
        "adds r0, r0, r7\n"));
}

SS_KERNEL void ss_depthwise_compute(ss_depthwise_channel channel, int groups, int bends)
{
    (void)groups;
    if (bends)
        ss_depthwise_channel_bent(&channel);
    else
        ss_depthwise_channel_straight(&channel);
}

#else

SS_KERNEL void ss_depthwise_compute(ss_depthwise_channel channel, int groups, int bends)
{
    const int32_t *weights = channel.record + 1, *rest = weights + 3 * groups;
    const ss_level level = {.limits = (uint32_t)rest[3] << 12 | (uint32_t)rest[0],
                            .factor = (uint32_t)rest[1],
                            .constant = (uint32_t)rest[2],
                            .knee = bends ? channel.knee : 0,
                            .extra = bends ? channel.extra : 0};
    for (int row = 0; row < channel.rows; row++) {
        const int32_t *window = channel.plane + row * (channel.row_step / 4);
        for (int32_t end = 0; end < channel.row_bytes; end += rest[4], window += rest[5] / 4) {
            const int32_t *x = window;
            int32_t sum = channel.record[0];
            const int32_t *weight = weights;
            for (int group = 0; group < groups; group++, weight += 3, x += 3 + channel.gap / 4)
                sum += weight[0] * x[0] + weight[1] * x[1] + weight[2] * x[2];
            *channel.output = ss_to_level(sum, level);
            channel.output += rest[4];
        }
    }
}

#endif

SS_KERNEL void ss_depthwise_conv2d_armv6m(ss_window window, int32_t input_zero_point, int bends,
                                          ss_dims input_dims, const int8_t *input,   /* (h, w, c) */
                                          ss_dims filter_dims, const int8_t *filter, /* (output c, groups, 3) */
                                          const uint32_t *levels,                    /* (output c, 4 or 6) */
                                          ss_dims output_dims, int8_t *output,       /* (h, w, c) */
                                          int32_t *plane, /* what the windows cover, and two more words */
                                          int32_t *record) /* 7 + 3 * groups */
{
    const int multiplier = output_dims.c / input_dims.c;
    const int groups = filter_dims.h > 1 ? filter_dims.h : (filter_dims.w + 2) / 3;
    const int height = (output_dims.h - 1) * window.stride_h + (filter_dims.h - 1) * window.dilation_h + 1;
    const int width = (output_dims.w - 1) * window.stride_w + filter_dims.w;
    const int pitch = filter_dims.h > 1 ? window.dilation_h * width : 3; /* words from a group to the next */
    const int rows = input_dims.h < height - window.pad_h ? input_dims.h : height - window.pad_h;
    const int columns = input_dims.w < width - window.pad_w ? input_dims.w : width - window.pad_w;
    for (int i = 0; i < height * width + 2; i++) {
        SS_OPAQUE(input_zero_point); /* else this becomes a call of memset where all bytes are alike */
        plane[i] = input_zero_point;
    }
    for (int o = 0, i = 0, m = 0; o < output_dims.c; o++) {
        if (m == 0) {
            for (int y = 0; y < rows; y++) {
                int32_t *to = &plane[(y + window.pad_h) * width + window.pad_w];
                const int8_t *from = &input[y * input_dims.w * input_dims.c + i];
                for (int x = 0; x < columns; x++, from += input_dims.c)
                    *to++ = *from;
            }
            i++;
        }
        if (++m == multiplier)
            m = 0;
        const ss_level level = ss_read_level(levels, bends);
        levels += SS_LEVEL_WORDS(bends);
        int32_t *next = record;
        *next++ = level.bias;
        for (int tap = 0; tap < 3 * groups; tap++)
            *next++ = *filter++;
        *next++ = (int32_t)(level.limits & 0xFFF);
        *next++ = (int32_t)level.factor;
        *next++ = (int32_t)level.constant;
        *next++ = (int32_t)(level.limits >> 12);
        *next++ = output_dims.c;
        *next++ = window.stride_w * 4;
        ss_depthwise_compute((ss_depthwise_channel){.plane = plane,
                                                    .record = record,
                                                    .output = output + o,
                                                    .skip = SS_DEPTHWISE_GROUPS - groups,
                                                    .gap = (pitch - 3) * 4,
                                                    .row_bytes = output_dims.w * output_dims.c,
                                                    .row_step = window.stride_h * width * 4,
                                                    .rows = output_dims.h,
                                                    .knee = level.knee,
                                                    .extra = level.extra},
                             groups, bends);
    }
}

#endif
