/* Rows of int8 weights times three columns of int8 activations, requantized: the heart of the armv7em convolution.
 *
 * SMLAD multiplies pairs of int16, so that int8 has to be widened: SXTB16 of the even bytes and of the odd bytes of a
 * word, for weights and for activations. Activations are widened once, before all rows meet them (ss_widen_armv7em).
 * Of the weights, one of the two instructions is saved by arithmetic:
 *
 *   the compiler stores each two weights (w0, w1) as g = 256 * w1 + w0, whose low byte is w0 again;
 *   with u = x1 and v = 256 * x0 + (127 - x1), which is an int16 for all int8 x0 and x1,
 *   g * u + w0 * v = 256 * (w0 * x0 + w1 * x1) + 127 * w0.
 *
 * So a sum S of products comes out as 256 * S, where the sum of 127 * w0 has been taken out of the bias in advance, and
 * |S| < 2^23, which the compiler has proven for all inputs. u is SXTB16 of the word's odd bytes, v its bytes swapped
 * (REV16) with the lower one exclusive-or 0x7F. The factor costs nothing: SMMULR wants 2 * S, which is a shift either way.
 *
 * A group is four activations or weights. The stream has, for each two rows,
 *   256 * bias - sum of 127 * w0, of each row;
 *   for each group one word (g of weights 0 and 1, g of weights 2 and 3) of each row;
 *   the multiplier of each row; one word with the shifts, less one, of both rows in its two low bytes.
 * An odd last row is paired with one of zeros.
 * Not here: multipliers of 1/2 and above, which need a left shift; |S| >= 2^23; a weight of -128 behind a negative one.
 */
#ifndef SS_GEMM_ARMV7EM_H
#define SS_GEMM_ARMV7EM_H

#include "ss_armv7em.h"

typedef struct {
    const int32_t *stream;
    const int32_t *x; /* (groups, 2, 3): u of three columns, then v of three columns */
    int8_t *output;   /* of the first column, one byte for each row */
    int8_t *end;      /* output + rows */
    int32_t column_1; /* from the first column's output to the second's; 0 where there is none */
    int32_t column_2; /* likewise to the third's */
    int32_t loops;    /* groups / 4 */
    int32_t rest;     /* groups % 4 */
    int32_t offset;   /* 2 * zero point + 1; see ss_finish_armv7em */
    int32_t clamp;    /* see ss_finish_armv7em */
} ss_gemm;

/* Four activations as (u0, u1) and (v0, v1). */
SS_KERNEL void ss_widen_word_armv7em(uint32_t word, int32_t *u, int32_t *v)
{
    *u = (int32_t)ss_odd_bytes(word);
    *v = (int32_t)(ss_swap_bytes(word) ^ 0x007F007Fu);
}

/* Consecutive activations, to every third word of x. Returns where the next ones belong. */
SS_SHARED int32_t *ss_widen_armv7em(const int8_t *input, int32_t *x, int groups)
{
    for (; groups > 0; groups--, input += 4, x += 6)
        ss_widen_word_armv7em(ss_load_word(input), &x[0], &x[3]);
    return x;
}

/* The same for activations that are all equal. */
SS_SHARED int32_t *ss_widen_padding_armv7em(int32_t *x, int groups, int32_t value)
{
    int32_t u, v;
    ss_widen_word_armv7em(((uint32_t)value & 0xFFu) * 0x01010101u, &u, &v);
    for (; groups > 0; groups--, x += 6) {
        x[0] = u;
        x[3] = v;
    }
    return x;
}

/* Four activations of each of three columns, for `groups` times, to x. */
SS_KERNEL void ss_widen_three_armv7em(const int8_t *a, const int8_t *b, const int8_t *c, int32_t *x, int groups)
{
#if SS_ARMV7EM
    register const int8_t *from_a __asm__("r0") = a;
    register const int8_t *from_b __asm__("r1") = b;
    register const int8_t *from_c __asm__("r2") = c;
    register int32_t *to __asm__("r3") = x;
    register int left __asm__("r4") = groups;
    __asm__ volatile("1:\n"
                     "ldr r10, [r0], #4\n"
                     "ldr r11, [r1], #4\n"
                     "ldr r12, [r2], #4\n"
                     "sxtb16 r6, r10, ror #8\n"
                     "sxtb16 r8, r11, ror #8\n"
                     "sxtb16 r9, r12, ror #8\n"
                     "rev16 r10, r10\n"
                     "rev16 r11, r11\n"
                     "rev16 r12, r12\n"
                     "eor r10, r10, #0x007F007F\n"
                     "eor r11, r11, #0x007F007F\n"
                     "eor r12, r12, #0x007F007F\n"
                     "stm r3!, {r6, r8, r9, r10, r11, r12}\n"
                     "subs r4, r4, #1\n"
                     "bne 1b\n"
                     : "+r"(from_a), "+r"(from_b), "+r"(from_c), "+r"(to), "+r"(left)
                     :
                     : "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
#else
    for (; groups > 0; groups--, a += 4, b += 4, c += 4, x += 6) {
        ss_widen_word_armv7em(ss_load_word(a), &x[0], &x[3]);
        ss_widen_word_armv7em(ss_load_word(b), &x[1], &x[4]);
        ss_widen_word_armv7em(ss_load_word(c), &x[2], &x[5]);
    }
#endif
}

#if SS_ARMV7EM

/* r0 stream, r1 x, r2 r3 r4 sums of the first row, r5 r6 r7 of the second, r8 r9 weights, r10 r11 r12 activations, lr
 * counter. The parameters lie on the stack, in order. */
#define SS_GEMM_GROUP \
    "ldm r0!, {r8, r9}\n" \
    "ldm r1!, {r10, r11, r12}\n" \
    "smlad r2, r8, r10, r2\n" \
    "smlad r3, r8, r11, r3\n" \
    "smlad r4, r8, r12, r4\n" \
    "smlad r5, r9, r10, r5\n" \
    "smlad r6, r9, r11, r6\n" \
    "smlad r7, r9, r12, r7\n" \
    "sxtb16 r8, r8\n" \
    "sxtb16 r9, r9\n" \
    "ldm r1!, {r10, r11, r12}\n" \
    "smlad r2, r8, r10, r2\n" \
    "smlad r3, r8, r11, r3\n" \
    "smlad r4, r8, r12, r4\n" \
    "smlad r5, r9, r10, r5\n" \
    "smlad r6, r9, r11, r6\n" \
    "smlad r7, r9, r12, r7\n"

/* Half away from zero; where the minimum is the zero point, halves below zero are cut off anyway. */
#define SS_GEMM_AWAY(sum) "add " sum ", " sum ", " sum ", asr #31\n"
#define SS_GEMM_RECTIFIED(sum) ""

/* From 256 * S to int8 as ss_finish_armv7em does; `clamp` is the last step. */
#define SS_GEMM_REQUANTIZE(sum, multiplier, offset, shift, away, clamp) \
    "asr " sum ", " sum ", #7\n" \
    "smmulr " sum ", " sum ", " multiplier "\n" away(sum) \
    "add " sum ", " sum ", " offset "\n" \
    "asr " sum ", " sum ", " shift "\n" clamp(sum)

#define SS_GEMM_SATURATE(sum) "ssat " sum ", #8, " sum ", asr #1\n"
#define SS_GEMM_CLAMP(sum, bytes) \
    SS_GEMM_SATURATE(sum) \
    "uxtab " sum ", " sum ", " bytes "\n" \
    "ssat " sum ", #8, " sum "\n" \
    "uxtab " sum ", " sum ", " bytes ", ror #8\n"
#define SS_GEMM_CLAMP_LR(sum) SS_GEMM_CLAMP(sum, "lr")
#define SS_GEMM_CLAMP_R2(sum) SS_GEMM_CLAMP(sum, "r2")

#define SS_GEMM_KERNEL(away, load_lr, clamp_lr, load_r2, clamp_r2) \
    "push {r7}\n" \
    "ldm r0, {r1-r10}\n" \
    "push {r1-r10}\n" \
    "mov r0, r1\n" \
    "1:\n" /* two rows */ \
    "ldm r0!, {r2, r5}\n" \
    "ldr r1, [sp, #4]\n" \
    "mov r3, r2\n" \
    "mov r4, r2\n" \
    "mov r6, r5\n" \
    "mov r7, r5\n" \
    "ldr lr, [sp, #24]\n" \
    "cmp lr, #0\n" \
    "beq 3f\n" \
    "2:\n" \
    SS_GEMM_GROUP SS_GEMM_GROUP SS_GEMM_GROUP SS_GEMM_GROUP \
    "subs lr, lr, #1\n" \
    "bne 2b\n" \
    "3:\n" \
    "ldr lr, [sp, #28]\n" \
    "cmp lr, #0\n" \
    "beq 5f\n" \
    "4:\n" \
    SS_GEMM_GROUP \
    "subs lr, lr, #1\n" \
    "bne 4b\n" \
    "5:\n" \
    "ldm r0!, {r8, r9, r10}\n" \
    "ldr r11, [sp, #32]\n" \
    load_lr \
    "uxtb r12, r10\n" \
    "uxtb r10, r10, ror #8\n" \
    "lsl r1, r11, r12\n" \
    "lsl r11, r11, r10\n" \
    SS_GEMM_REQUANTIZE("r2", "r8", "r1", "r12", away, clamp_lr) \
    SS_GEMM_REQUANTIZE("r3", "r8", "r1", "r12", away, clamp_lr) \
    SS_GEMM_REQUANTIZE("r4", "r8", "r1", "r12", away, clamp_lr) \
    "ldrd lr, r1, [sp, #8]\n" \
    "ldrd r8, r12, [sp, #16]\n" \
    "strb r4, [lr, r12]\n" /* backwards: the first column overwrites those that are not there */ \
    "strb r3, [lr, r8]\n" \
    "strb r2, [lr], #1\n" \
    "cmp lr, r1\n" \
    "beq 6f\n" \
    load_r2 \
    SS_GEMM_REQUANTIZE("r5", "r9", "r11", "r10", away, clamp_r2) \
    SS_GEMM_REQUANTIZE("r6", "r9", "r11", "r10", away, clamp_r2) \
    SS_GEMM_REQUANTIZE("r7", "r9", "r11", "r10", away, clamp_r2) \
    "strb r7, [lr, r12]\n" \
    "strb r6, [lr, r8]\n" \
    "strb r5, [lr], #1\n" \
    "str lr, [sp, #8]\n" \
    "cmp lr, r1\n" \
    "bne 1b\n" \
    "6:\n" \
    "add sp, sp, #40\n" \
    "pop {r7}\n"

/* r7 may be the frame pointer: the assembly saves it by itself. */
#define SS_GEMM_RUN(g, kernel) \
    do { \
        register const ss_gemm *parameters __asm__("r0") = (g); \
        __asm__ volatile(kernel \
                         : "+r"(parameters) \
                         : \
                         : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"); \
    } while (0)

SS_SHARED void ss_gemm_armv7em(const ss_gemm *g)
{
    SS_GEMM_RUN(g, SS_GEMM_KERNEL(SS_GEMM_AWAY, "", SS_GEMM_SATURATE, "", SS_GEMM_SATURATE));
}

SS_SHARED void ss_gemm_rectified_armv7em(const ss_gemm *g)
{
    SS_GEMM_RUN(g, SS_GEMM_KERNEL(SS_GEMM_RECTIFIED, "", SS_GEMM_SATURATE, "", SS_GEMM_SATURATE));
}

SS_SHARED void ss_gemm_clamped_armv7em(const ss_gemm *g)
{
    SS_GEMM_RUN(g, SS_GEMM_KERNEL(SS_GEMM_AWAY, "ldr lr, [sp, #36]\n", SS_GEMM_CLAMP_LR, "ldr r2, [sp, #36]\n",
                                  SS_GEMM_CLAMP_R2));
}

#else

/* 256 * S of one row and one column. */
SS_KERNEL int32_t ss_gemm_sum(int32_t sum, const int32_t *weights, const int32_t *x, int32_t groups)
{
    for (; groups > 0; groups--, weights += 2, x += 6) {
        sum = ss_multiply_pairs((uint32_t)weights[0], (uint32_t)x[0], sum);
        sum = ss_multiply_pairs(ss_even_bytes((uint32_t)weights[0]), (uint32_t)x[3], sum);
    }
    return sum;
}

SS_KERNEL void ss_gemm_rows(const ss_gemm *g, int clamped)
{
    const int32_t groups = 4 * g->loops + g->rest;
    const int32_t column[3] = {0, g->column_1, g->column_2};
    const int32_t *stream = g->stream;
    for (int8_t *output = g->output; output < g->end; output += 2) {
        const int32_t *tail = stream + 2 + 2 * groups;
        const int rows = g->end - output < 2 ? 1 : 2;
        for (int row = 0; row < rows; row++) {
            const int32_t shift = (tail[2] >> (8 * row)) & 0xFF;
            const int32_t offset = g->offset * ((int32_t)1 << shift);
            for (int c = 2; c >= 0; c--) {
                const int32_t sum = ss_gemm_sum(stream[row], stream + 2 + row, g->x + c, groups);
                output[row + column[c]] = ss_finish_armv7em(sum >> 7, tail[row], offset, shift, g->clamp, clamped);
            }
        }
        stream = tail + 3;
    }
}

SS_SHARED void ss_gemm_armv7em(const ss_gemm *g)
{
    ss_gemm_rows(g, 0);
}

SS_SHARED void ss_gemm_rectified_armv7em(const ss_gemm *g)
{
    ss_gemm_rows(g, 0);
}

SS_SHARED void ss_gemm_clamped_armv7em(const ss_gemm *g)
{
    ss_gemm_rows(g, 1);
}

#endif

/* clamped: the minimum or maximum lies within int8. rectified: the minimum is -128 and the zero point. */
SS_KERNEL void ss_gemm_compute_armv7em(const ss_gemm *g, int clamped, int rectified)
{
    if (clamped)
        ss_gemm_clamped_armv7em(g);
    else if (rectified)
        ss_gemm_rectified_armv7em(g);
    else
        ss_gemm_armv7em(g);
}
#endif
