/* Fully connected layer, int8: Cortex-M4, M7 and M33.
 *
 * Four rows of weights at a time meet the input, which has been widened before: ss_gemm_armv7em.h has the arithmetic.
 * The stream has, for each four rows, the start of each row's sum; for each group of four inputs a word of weights of
 * each row; and, unless all rows share one factor, the multiplier of each row and one word with their shifts, less one.
 * What is missing from four rows at the end is filled with zeros.
 * Not here: more than one row of input; the conditions of ss_gemm_armv7em.h.
 */
#ifndef SS_FULLY_CONNECTED_ARMV7EM_H
#define SS_FULLY_CONNECTED_ARMV7EM_H

#include "ss_gemm_armv7em.h"

/* The assembly knows the order. */
typedef struct {
    const int32_t *stream;
    int32_t multiplier, shift; /* of all rows, where they share them */
    int32_t offset;            /* see ss_finish_armv7em; where rows have shifts of their own, before it is shifted */
    int32_t clamp;             /* likewise */
    const int32_t *x;          /* (groups, 2): u, v */
    int8_t *output;
    int8_t *end;
    int32_t loops; /* groups / 4 */
    int32_t rest;  /* groups % 4 */
} ss_dense;

#if SS_ARMV7EM

/* r0 stream, r1 x, r2-r5 sums, r6 r8 r9 r10 weights, r11 r12 activations, lr counter. */
#define SS_DENSE_GROUP \
    "ldm r0!, {r6, r8, r9, r10}\n" \
    "ldm r1!, {r11, r12}\n" \
    "smlad r2, r6, r11, r2\n" \
    "smlad r3, r8, r11, r3\n" \
    "smlad r4, r9, r11, r4\n" \
    "smlad r5, r10, r11, r5\n" \
    "sxtb16 r6, r6\n" \
    "sxtb16 r8, r8\n" \
    "sxtb16 r9, r9\n" \
    "sxtb16 r10, r10\n" \
    "smlad r2, r6, r12, r2\n" \
    "smlad r3, r8, r12, r3\n" \
    "smlad r4, r9, r12, r4\n" \
    "smlad r5, r10, r12, r5\n"

/* Then r6 multiplier, r8 shift, r9 offset, r10 clamp: of all rows, or one row after the other. */
#define SS_DENSE_SATURATE(sum) SS_GEMM_REQUANTIZE(sum, "r6", "r9", "r8", SS_GEMM_AWAY, SS_GEMM_SATURATE)
#define SS_DENSE_CLAMP_R10(sum) SS_GEMM_CLAMP(sum, "r10")
#define SS_DENSE_CLAMP(sum) SS_GEMM_REQUANTIZE(sum, "r6", "r9", "r8", SS_GEMM_AWAY, SS_DENSE_CLAMP_R10)

#define SS_DENSE_SHARED_SCALE(finish) \
    "ldm sp, {r6, r8, r9, r10}\n" finish("r2") finish("r3") finish("r4") finish("r5")

#define SS_DENSE_ROW_SCALE(finish, sum, turn) \
    "ldr r6, [r0], #4\n" \
    "uxtb r8, r11" turn "\n" \
    "lsl r9, r12, r8\n" finish(sum)

#define SS_DENSE_ROW_SCALES(finish) \
    "ldr r11, [r0, #16]\n" \
    "ldrd r12, r10, [sp, #8]\n" \
    SS_DENSE_ROW_SCALE(finish, "r2", "") \
    SS_DENSE_ROW_SCALE(finish, "r3", ", ror #8") \
    SS_DENSE_ROW_SCALE(finish, "r4", ", ror #16") \
    SS_DENSE_ROW_SCALE(finish, "r5", ", ror #24") \
    "add r0, r0, #4\n"

#define SS_DENSE_RUN(d, requantize) \
    do { \
        register const ss_dense *parameters __asm__("r0") = (d); \
        __asm__ volatile( \
            "push {r7}\n" \
            "ldm r0, {r1-r10}\n" \
            "push {r2-r10}\n" \
            "mov r0, r1\n" \
            "1:\n" /* four rows */ \
            "ldm r0!, {r2-r5}\n" \
            "ldr r1, [sp, #16]\n" \
            "ldr lr, [sp, #28]\n" \
            "cmp lr, #0\n" \
            "beq 3f\n" \
            "2:\n" \
            SS_DENSE_GROUP SS_DENSE_GROUP SS_DENSE_GROUP SS_DENSE_GROUP \
            "subs lr, lr, #1\n" \
            "bne 2b\n" \
            "3:\n" \
            "ldr lr, [sp, #32]\n" \
            "cmp lr, #0\n" \
            "beq 5f\n" \
            "4:\n" \
            SS_DENSE_GROUP \
            "subs lr, lr, #1\n" \
            "bne 4b\n" \
            "5:\n" \
            requantize \
            "ldrd lr, r12, [sp, #20]\n" \
            "bfi r2, r3, #8, #8\n" \
            "bfi r2, r4, #16, #8\n" \
            "bfi r2, r5, #24, #8\n" \
            "sub r11, r12, lr\n" \
            "cmp r11, #4\n" \
            "blt 6f\n" \
            "str r2, [lr], #4\n" \
            "str lr, [sp, #20]\n" \
            "bne 1b\n" \
            "b 7f\n" \
            "6:\n" /* fewer than four */ \
            "strb r2, [lr], #1\n" \
            "lsr r2, r2, #8\n" \
            "cmp lr, r12\n" \
            "bne 6b\n" \
            "7:\n" \
            "add sp, sp, #36\n" \
            "pop {r7}\n" \
            : "+r"(parameters) \
            : \
            : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"); \
    } while (0)

SS_SHARED void ss_dense_armv7em(const ss_dense *d)
{
    SS_DENSE_RUN(d, SS_DENSE_SHARED_SCALE(SS_DENSE_SATURATE));
}

SS_SHARED void ss_dense_clamped_armv7em(const ss_dense *d)
{
    SS_DENSE_RUN(d, SS_DENSE_SHARED_SCALE(SS_DENSE_CLAMP));
}

SS_SHARED void ss_dense_row_scales_armv7em(const ss_dense *d)
{
    SS_DENSE_RUN(d, SS_DENSE_ROW_SCALES(SS_DENSE_SATURATE));
}

SS_SHARED void ss_dense_row_scales_clamped_armv7em(const ss_dense *d)
{
    SS_DENSE_RUN(d, SS_DENSE_ROW_SCALES(SS_DENSE_CLAMP));
}

#else

SS_KERNEL void ss_dense_rows(const ss_dense *d, int row_scales, int clamped)
{
    const int32_t groups = 4 * d->loops + d->rest;
    const int32_t *stream = d->stream;
    for (int8_t *output = d->output; output < d->end; output += 4) {
        const int32_t *tail = stream + 4 + 4 * groups;
        for (int row = 0; row < 4 && output + row < d->end; row++) {
            int32_t sum = stream[row], multiplier = d->multiplier, shift = d->shift, offset = d->offset;
            for (int32_t group = 0; group < groups; group++) {
                const uint32_t weights = (uint32_t)stream[4 + 4 * group + row];
                sum = ss_multiply_pairs(weights, (uint32_t)d->x[2 * group], sum);
                sum = ss_multiply_pairs(ss_even_bytes(weights), (uint32_t)d->x[2 * group + 1], sum);
            }
            if (row_scales) {
                multiplier = tail[row];
                shift = (int32_t)(((uint32_t)tail[4] >> (8 * row)) & 0xFFu);
                offset *= (int32_t)1 << shift;
            }
            output[row] = ss_finish_armv7em(sum >> 7, multiplier, offset, shift, d->clamp, clamped);
        }
        stream = tail + (row_scales ? 5 : 0);
    }
}

SS_SHARED void ss_dense_armv7em(const ss_dense *d)
{
    ss_dense_rows(d, 0, 0);
}

SS_SHARED void ss_dense_clamped_armv7em(const ss_dense *d)
{
    ss_dense_rows(d, 0, 1);
}

SS_SHARED void ss_dense_row_scales_armv7em(const ss_dense *d)
{
    ss_dense_rows(d, 1, 0);
}

SS_SHARED void ss_dense_row_scales_clamped_armv7em(const ss_dense *d)
{
    ss_dense_rows(d, 1, 1);
}

#endif

SS_KERNEL void ss_fully_connected_armv7em(int32_t offset, int32_t clamp, int clamped, /* see ss_dense */
                                          int row_scales, int32_t multiplier, int32_t shift,
                                          int inputs, const int8_t *input, /* (inputs) */
                                          const int32_t *stream,           /* (outputs / 4, ...) */
                                          int32_t *scratch, /* (groups, 2); input may lie in its second half */
                                          int outputs, int8_t *output) /* (outputs) */
{
    const int groups = (inputs + 3) / 4;
    int32_t *x = scratch;
    for (int i = 0; i + 4 <= inputs; i += 4, x += 2)
        ss_widen_word_armv7em(ss_load_word(&input[i]), &x[0], &x[1]);
    if (inputs % 4 != 0) {
        uint32_t word = 0;
        for (int i = inputs - 1; i >= inputs - inputs % 4; i--)
            word = word << 8 | (uint8_t)input[i];
        ss_widen_word_armv7em(word, &x[0], &x[1]);
    }
    const ss_dense d = {.stream = stream,
                        .multiplier = multiplier,
                        .shift = shift,
                        .offset = offset,
                        .clamp = clamp,
                        .x = scratch,
                        .output = output,
                        .end = output + outputs,
                        .loops = groups / 4,
                        .rest = groups % 4};
    if (row_scales && clamped)
        ss_dense_row_scales_clamped_armv7em(&d);
    else if (row_scales)
        ss_dense_row_scales_armv7em(&d);
    else if (clamped)
        ss_dense_clamped_armv7em(&d);
    else
        ss_dense_armv7em(&d);
}

#endif
