/* Fully connected layer, int8, for cores that multiply 32 by 32 bits to 32: eight outputs at a time, four of them in
 * three products.
 *
 * The weights of four outputs, plus 128, are the bytes of one word. Out of it come the words w0 + w3 * 2^24,
 * w1 + w3 * 2^16 and w2 + w3 * 2^8, whose products with the input are summed modulo 2^32. Each output's sum lies within
 * -2^23 .. 2^23 - 1, so that all four can be told apart at the end: the three words hold one each in bits 0 to 23, and
 * above them, piece by piece, the fourth.
 * Not here: more than one row of input.
 */
#ifndef SS_FULLY_CONNECTED_ARMV6M_H
#define SS_FULLY_CONNECTED_ARMV6M_H

#include "ss_level.h"

enum { SS_DENSE_OUTPUTS = 8, SS_DENSE_WORDS = 6 };

/* What eight sums are computed from; the assembly counts on this order. */
typedef struct {
    const int8_t *input;
    const uint32_t *weights; /* (inputs, 2) */
    const int8_t *input_end;
    int32_t skip; /* inputs by which the first round is shorter than 8 */
    uint32_t sums[SS_DENSE_WORDS];
} ss_dense_sums;

#if defined(__ARM_ARCH_6M__)

__attribute__((naked, noinline, unused)) static void ss_dense_add(ss_dense_sums *sums __attribute__((unused)))
{
    __asm__(".syntax unified\n"
            "push {r0, r4-r7, lr}\n"
            "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
            "push {r4-r7}\n"
            "ldr r4, [r0, #8]\n push {r4}\n" /* the input's end */
            "mov r7, r0\n adds r7, r7, #16\n ldmia r7!, {r1-r6}\n"
            "mov r8, r1\n mov r9, r2\n mov r10, r3\n mov r11, r4\n mov r12, r5\n mov lr, r6\n"
            "ldmia r0!, {r1-r4}\n"
            "subs r0, r1, r4\n"
            "mov r1, r2\n"
            "movs r3, #46\n muls r4, r3, r4\n adr r3, 1f\n adds r4, r4, r3\n"
            "movs r6, #255\n lsls r5, r6, #16\n movs r7, #255\n orrs r6, r5\n" /* 0x00FF00FF */
            "lsls r5, r7, #24\n orrs r7, r5\n"                                  /* 0xFF0000FF */
            "mov pc, r4\n"
            ".p2align 2\n"
            "1:\n"
            ".set ss_step, 0\n .rept 8\n"
            "ldrb r2, [r0, #ss_step]\n sxtb r2, r2\n"
            "ldmia r1!, {r3, r4}\n"
            "lsrs r5, r3, #16\n muls r5, r2, r5\n add r10, r5\n"
            "lsrs r5, r3, #8\n ands r5, r6\n muls r5, r2, r5\n add r9, r5\n"
            "ands r3, r7\n muls r3, r2, r3\n add r8, r3\n"
            "lsrs r5, r4, #16\n muls r5, r2, r5\n add lr, r5\n"
            "lsrs r5, r4, #8\n ands r5, r6\n muls r5, r2, r5\n add r12, r5\n"
            "ands r4, r7\n muls r4, r2, r4\n add r11, r4\n"
            ".set ss_step, ss_step + 1\n .endr\n"
            "adds r0, #8\n"
            "ldr r3, [sp]\n cmp r0, r3\n beq 2f\n b 1b\n"
            "2:\n"
            "mov r1, r8\n mov r2, r9\n mov r3, r10\n mov r4, r11\n mov r5, r12\n mov r6, lr\n"
            "ldr r7, [sp, #20]\n adds r7, #16\n stmia r7!, {r1-r6}\n"
            "add sp, #4\n"
            "pop {r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
            "pop {r0, r4-r7, pc}\n");
}

#else

SS_KERNEL void ss_dense_add(ss_dense_sums *sums)
{
    const uint32_t *word = sums->weights;
    for (const int8_t *next = sums->input; next < sums->input_end; next++)
        for (int i = 0; i < SS_DENSE_WORDS; i += 3, word++) {
            const uint32_t x = (uint32_t)(int32_t)*next;
            sums->sums[i] += x * (*word & 0xFF0000FF);
            sums->sums[i + 1] += x * (*word >> 8 & 0x00FF00FF);
            sums->sums[i + 2] += x * (*word >> 16);
        }
}

#endif

/* The sums of four outputs from those of their three words. */
SS_KERNEL void ss_dense_tell_apart(const uint32_t *words, int32_t *sums)
{
    uint32_t fourth = 0;
    for (int i = 0; i < 3; i++) {
        /* Less the pieces of the fourth sum that are known, where they stand in this word. */
        const uint32_t word = words[i] - (fourth << (24 - 8 * i));
        sums[i] = (int32_t)(word << 8) >> 8;
        const int32_t piece = (int32_t)(word - (uint32_t)sums[i]) >> 24;
        fourth += (uint32_t)(piece & (i < 2 ? 0xFF : ~0)) << (8 * i); /* the last one with its sign */
    }
    sums[3] = (int32_t)fourth;
}

SS_KERNEL void ss_fully_connected_armv6m(int bends, int inputs, const int8_t *input, /* (inputs) */
                                         const uint32_t *weights, /* (outputs / 8, inputs, 2), rounded up */
                                         const uint32_t *levels,  /* (outputs, 4 or 6) */
                                         int outputs, int8_t *output) /* (outputs) */
{
    int32_t sum = 0;
    for (int i = 0; i < inputs; i++)
        sum += input[i];
    const uint32_t total = (uint32_t)sum;
    const int skip = 7 - (inputs - 1) % 8;
    for (int first = 0; first < outputs; first += SS_DENSE_OUTPUTS) {
        ss_dense_sums sums;
        sums.input = input;
        sums.input_end = input + inputs;
        sums.weights = weights + 2 * inputs * (first / SS_DENSE_OUTPUTS);
        sums.skip = skip;
        for (int i = 0; i < SS_DENSE_WORDS; i += 3) { /* less the 128 added to each weight */
            sums.sums[i] = 0u - total * 0x80000080u;
            sums.sums[i + 1] = 0u - total * 0x00800080u;
            sums.sums[i + 2] = 0u - total * 0x00008080u;
        }
        ss_dense_add(&sums);
        int32_t apart[SS_DENSE_OUTPUTS];
        ss_dense_tell_apart(&sums.sums[0], &apart[0]);
        ss_dense_tell_apart(&sums.sums[3], &apart[4]);
        for (int j = 0; j < SS_DENSE_OUTPUTS && first + j < outputs; j++) {
            const ss_level level = ss_read_level(levels, bends);
            levels += SS_LEVEL_WORDS(bends);
            output[first + j] = ss_to_level(apart[j] + level.bias, level);
        }
    }
}

#endif
