/* Convolution, int8, for cores that multiply 32 by 32 bits to 32: see ss_conv2d_blocks.h; the rows in assembly.
 *
 * Not here: fields for longer sums, which would need fewer pixels in a word.
 */
#ifndef SS_CONV2D_ARMV6M_H
#define SS_CONV2D_ARMV6M_H

#include "ss_conv2d_blocks.h"

#define SS_ROWS_PART_1                                                  \
    ".syntax unified\n"                                                 \
    "push {r4-r7, lr}\n"                                                \
    "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"             \
    "push {r4-r7}\n"                                                    \
    "sub sp, #32\n" /* 0: sums of pixels 0 2 1 3 5 4; 24: rows; 28: segments left */ \
    "str r0, [sp, #24]\n"                                               \
    "ldr r1, [r0, #32]\n" /* steps skipped by the first round */        \
    "movs r2, #20\n muls r2, r1, r2\n"                                  \
    "adr r3, 3f\n adds r3, r3, r2\n mov lr, r3\n"                       \
    "1:\n" /* a row: the sums begin with the bias */                    \
    "ldr r7, [sp, #24]\n"                                               \
    "ldr r6, [r7, #8]\n"                                                \
    "ldr r3, [r6]\n mov r4, r3\n mov r5, r3\n"                          \
    "mov r0, sp\n stmia r0!, {r3-r5}\n stmia r0!, {r3-r5}\n"            \
    "ldr r2, [r7, #24]\n str r2, [sp, #28]\n"                           \
    "ldr r0, [r7]\n ldr r1, [r7, #4]\n"                                 \
    "2:\n" /* a segment */                                              \
    "ldr r2, [r7, #28]\n adds r2, r0, r2\n mov r12, r2\n"               \
    "ldr r2, [r7, #32]\n subs r1, r1, r2\n"                             \
    "ldmia r0!, {r3-r6}\n"                                              \
    "mov r8, r3\n mov r9, r4\n mov r10, r5\n mov r11, r6\n"             \
    "mov pc, lr\n"                                                      \
    ".p2align 2\n"                                                      \
    "3:\n"                                                              \
    ".set ss_step, 0\n .rept 16\n"                                      \
    "ldrb r2, [r1, #ss_step]\n"                                         \
    "ldmia r0!, {r3-r6}\n"                                              \
    "muls r3, r2, r3\n add r8, r3\n muls r4, r2, r4\n add r9, r4\n"     \
    "muls r5, r2, r5\n add r10, r5\n muls r6, r2, r6\n add r11, r6\n"   \
    ".set ss_step, ss_step + 1\n .endr\n"

#define SS_ROWS_PART_2                                                  \
    "adds r1, #16\n"                                                    \
    "cmp r0, r12\n beq 4f\n b 3b\n"                                     \
    "4:\n" /* the pixels told apart */                                  \
    ".irp ss_half, 0, 1\n"                                              \
    ".if \\ss_half\n mov r4, r10\n mov r5, r11\n .else\n mov r4, r8\n mov r5, r9\n .endif\n" \
    "lsls r2, r4, #11\n asrs r2, r2, #11\n"                             \
    "subs r4, r4, r2\n lsrs r3, r4, #11\n subs r5, r5, r3\n"            \
    "lsls r3, r5, #11\n asrs r3, r3, #11\n"                             \
    "subs r5, r5, r3\n asrs r5, r5, #10\n"                              \
    "lsrs r4, r4, #21\n adds r4, r4, r5\n"                              \
    "ldr r5, [sp, #(12 * \\ss_half)]\n adds r2, r2, r5\n str r2, [sp, #(12 * \\ss_half)]\n" \
    "ldr r5, [sp, #(12 * \\ss_half + 4)]\n adds r3, r3, r5\n str r3, [sp, #(12 * \\ss_half + 4)]\n" \
    "ldr r5, [sp, #(12 * \\ss_half + 8)]\n adds r4, r4, r5\n str r4, [sp, #(12 * \\ss_half + 8)]\n" \
    ".endr\n"                                                           \
    "ldr r7, [sp, #24]\n"                                               \
    "ldr r2, [sp, #28]\n subs r2, r2, #1\n str r2, [sp, #28]\n"         \
    "beq 5f\n b 2b\n"                                                   \
    "5:\n"                                                              \
    "str r1, [r7, #4]\n"                                                \
    "ldr r6, [r7, #8]\n adds r6, r6, #4\n"

#define SS_ROWS_PART_3(bend_read, bend_test, bend_add)                  \
    "ldmia r6!, {r2-r4}\n" bend_read                                    \
    "str r6, [r7, #8]\n"                                                \
    "lsrs r5, r2, #12\n lsls r2, r2, #20\n lsrs r2, r2, #20\n"          \
    "ldr r6, [r7, #20]\n mov r8, r6\n"                                  \
    "ldr r6, [r7, #16]\n adds r0, r6, #1\n str r0, [r7, #16]\n"         \
    ".irp ss_place, 0, 8, 4, 12, 20, 16\n"                              \
    "ldr r0, [sp, #\\ss_place]\n"                                       \
    "asrs r1, r0, #31\n bics r0, r1\n"                                  \
    "subs r1, r5, r0\n asrs r7, r1, #31\n ands r1, r7\n adds r0, r0, r1\n" \
    bend_test                                                           \
    "mov r1, r0\n muls r1, r2, r1\n lsrs r1, r1, #12\n"                 \
    "muls r0, r3, r0\n adds r0, r0, r1\n adds r0, r0, r4\n" bend_add    \
    "lsrs r0, r0, #24\n strb r0, [r6]\n add r6, r8\n"                   \
    ".endr\n"                                                           \
    "ldr r7, [sp, #24]\n"                                               \
    "ldr r0, [r7, #8]\n ldr r1, [r7, #12]\n"                            \
    "cmp r0, r1\n beq 6f\n b 1b\n"                                      \
    "6:\n"                                                              \
    "add sp, #32\n"                                                     \
    "pop {r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n" \
    "pop {r4-r7, pc}\n"

#if defined(__ARM_ARCH_6M__)

#define SS_ROWS __attribute__((naked, noinline, unused)) static void

SS_ROWS ss_conv2d_rows_straight(ss_conv2d_rows *rows __attribute__((unused)))
{
    __asm__(SS_ROWS_PART_1);
    __asm__(SS_ROWS_PART_2);
    __asm__(SS_ROWS_PART_3("", "", ""));
}

SS_ROWS ss_conv2d_rows_bent(ss_conv2d_rows *rows __attribute__((unused)))
{
    __asm__(SS_ROWS_PART_1);
    __asm__(SS_ROWS_PART_2);
    __asm__(SS_ROWS_PART_3("ldmia r6!, {r0-r1}\n mov r10, r0\n mov r11, r1\n",
                           "mov r1, r10\n subs r1, r0, r1\n asrs r1, r1, #31\n mov r7, r11\n bics r7, r1\n",
                           "adds r0, r0, r7\n"));
}

SS_KERNEL void ss_conv2d_compute(ss_conv2d_rows rows, int bends)
{
    if (bends)
        ss_conv2d_rows_bent(&rows);
    else
        ss_conv2d_rows_straight(&rows);
}

#else

SS_KERNEL void ss_conv2d_compute(ss_conv2d_rows rows, int bends)
{
    const int steps = rows.segment_bytes / 16 - 1;
    for (; rows.level < rows.level_end; rows.level += SS_LEVEL_WORDS(bends), rows.output++) {
        const ss_level level = ss_read_level(rows.level, bends);
        int32_t sums[SS_CONV2D_PIXELS];
        for (int j = 0; j < SS_CONV2D_PIXELS; j++)
            sums[j] = level.bias;
        const int32_t *word = rows.words;
        for (int segment = 0; segment < rows.segments; segment++) {
            uint32_t total[SS_CONV2D_WORDS];
            for (int i = 0; i < SS_CONV2D_WORDS; i++)
                total[i] = (uint32_t)*word++;
            for (int step = 0; step < steps; step++, rows.filter++)
                for (int i = 0; i < SS_CONV2D_WORDS; i++)
                    total[i] += (uint32_t)*rows.filter * (uint32_t)*word++;
            ss_conv2d_tell_apart(total[0], total[1], &sums[0]);
            ss_conv2d_tell_apart(total[2], total[3], &sums[3]);
        }
        for (int j = 0; j < SS_CONV2D_PIXELS; j++)
            rows.output[j * rows.channels] = ss_to_level(sums[j], level);
    }
}

#endif

SS_KERNEL void ss_conv2d_armv6m(ss_window window, int32_t input_zero_point, int bends, int segments,
                                int steps,                                  /* of a segment */
                                ss_dims input_dims, const int8_t *input,    /* (h, w, c) */
                                ss_dims filter_dims, const uint8_t *filter, /* (output c, segments, steps) */
                                const uint32_t *levels,                     /* (output c, 4 or 6) */
                                ss_dims output_dims, int8_t *output,        /* (h, w, c) */
                                int32_t *words,                             /* (segments, 1 + steps, 4) */
                                int8_t *spare) /* the larger of (filter w, input c) and (6, output c) */
{
    ss_conv2d_blocks(ss_conv2d_compute, window, input_zero_point, bends, segments, steps, input_dims, input,
                     filter_dims, filter, levels, output_dims, output, words, spare);
}

#endif
