/* Depthwise convolution by windows of 3 x 3, int8: Cortex-M4, M7 and M33.
 *
 * One channel after the other is widened into a plane with its padding around it (ss_plane_armv7em.h). The taps
 * (w0, w1, w2) of a row serve as the words (w0, w1) and (w1, w2), for two outputs at a time:
 *
 *   at an even column:      (x0, x1) * (w0, w1) + x2 * w2      SMLAD, SMLABT
 *   at its right neighbour: x1 * w0 + (x2, x3) * (w1, w2)      SMLATB, SMLAD
 *
 * The taps are doubled, for SMMULR. A channel has left the input before its output is written, so that the output may
 * take the place of the input.
 * The stream has, for each output channel, twice the bias; the multiplier; and for each row of taps a word of the bytes
 * w0, w1, w2, where the fourth byte of the first word is the shift less one.
 * Not here: multipliers of 1/2 and above, clamps within int8, strides above 2 along the plane's rows.
 */
#ifndef SS_DEPTHWISE_CONV2D_3X3_ARMV7EM_H
#define SS_DEPTHWISE_CONV2D_3X3_ARMV7EM_H

#include "ss_plane_armv7em.h"

/* The assembly knows the order; it takes the first thirteen onto its stack, and moves from row to row what is marked *. */
typedef struct {
    int32_t multiplier, shift, offset; /* see ss_round_to_int8 */
    int32_t step;                      /* from an output to the next one of its row */
    const ss_any_half *pairs_end;      /* * where `plane` is after the last two outputs that are made together */
    const ss_any_half *end;            /* * where it is after the last output */
    int32_t bias;
    const ss_any_half *plane; /* * of the first window; it moves on by two columns for each step */
    int8_t *output;           /* * */
    int32_t output_step;      /* from a row of outputs to the next */
    int32_t rows;
    int32_t plane_step; /* bytes from the plane's rows for one row of outputs to those for the next */
    int32_t pitch;      /* bytes of a row of the plane */
    uint32_t taps[6];   /* (3 rows, 2) */
} ss_depthwise_3x3;

#if SS_ARMV7EM

/* r0-r5 taps, r6 r8 sums, r9 r10 r11 activations of three rows, r12 plane, lr output, r7 pitch. */
#define SS_DEPTHWISE_3X3_FIRST \
    "ldr r9, [r12, r7]\n" \
    "ldr r10, [r12, r7, lsl #1]\n" \
    "ldr r11, [r12], #4\n" \
    "smlad r6, r11, r0, r6\n" \
    "smlad r6, r9, r2, r6\n" \
    "smlad r6, r10, r4, r6\n"

#define SS_DEPTHWISE_3X3_LAST \
    "ldr r9, [r12, r7]\n" \
    "ldr r10, [r12, r7, lsl #1]\n" \
    "ldr r11, [r12]\n" \
    "smlabt r6, r11, r1, r6\n" \
    "smlabt r6, r9, r3, r6\n" \
    "smlabt r6, r10, r5, r6\n"

/* Half away from zero; where the minimum is the zero point, halves below zero are cut off anyway. */
#define SS_DEPTHWISE_3X3_AWAY(sum) "add " sum ", " sum ", " sum ", asr #31\n"
#define SS_DEPTHWISE_3X3_RECTIFIED(sum) ""

/* r9 multiplier, r10 shift, r11 offset. */
#define SS_DEPTHWISE_3X3_REQUANTIZE(sum, away) \
    "smmulr " sum ", " sum ", r9\n" away(sum) \
    "add " sum ", " sum ", r11\n" \
    "asr " sum ", " sum ", r10\n" \
    "ssat " sum ", #8, " sum ", asr #1\n"

/* r7 may be the frame pointer: it is saved by hand. */
#define SS_DEPTHWISE_3X3_RUN(d, away) \
    do { \
        register const ss_depthwise_3x3 *parameters __asm__("r0") = (d); \
        __asm__ volatile( \
            "push {r7}\n" \
            "ldm r0!, {r1-r12, lr}\n" \
            "push {r1-r12, lr}\n" \
            "mov r7, lr\n" \
            "ldm r0, {r0-r5}\n" \
            "1:\n" /* a row */ \
            "ldrd r12, lr, [sp, #28]\n" \
            "ldr r10, [sp, #16]\n" \
            "cmp r12, r10\n" \
            "beq 3f\n" \
            "2:\n" /* two outputs */ \
            "ldr r6, [sp, #24]\n" \
            "mov r8, r6\n" \
            SS_DEPTHWISE_3X3_FIRST \
            "smlatb r8, r11, r0, r8\n" \
            "smlatb r8, r9, r2, r8\n" \
            "smlatb r8, r10, r4, r8\n" \
            SS_DEPTHWISE_3X3_LAST \
            "smlad r8, r11, r1, r8\n" \
            "smlad r8, r9, r3, r8\n" \
            "smlad r8, r10, r5, r8\n" \
            "ldm sp, {r9, r10, r11}\n" \
            SS_DEPTHWISE_3X3_REQUANTIZE("r6", away) \
            SS_DEPTHWISE_3X3_REQUANTIZE("r8", away) \
            "ldrd r9, r10, [sp, #12]\n" \
            "strb r6, [lr]\n" \
            "strb r8, [lr, r9]\n" \
            "add lr, lr, r9, lsl #1\n" \
            "cmp r12, r10\n" \
            "bne 2b\n" \
            "3:\n" \
            "ldr r10, [sp, #20]\n" \
            "cmp r12, r10\n" \
            "beq 5f\n" \
            "4:\n" /* one output */ \
            "ldr r6, [sp, #24]\n" \
            SS_DEPTHWISE_3X3_FIRST \
            SS_DEPTHWISE_3X3_LAST \
            "ldm sp, {r9, r10, r11}\n" \
            SS_DEPTHWISE_3X3_REQUANTIZE("r6", away) \
            "ldr r9, [sp, #12]\n" \
            "ldr r10, [sp, #20]\n" \
            "strb r6, [lr]\n" \
            "add lr, lr, r9\n" \
            "cmp r12, r10\n" \
            "bne 4b\n" \
            "5:\n" /* the next row */ \
            "ldrd r6, r11, [sp, #40]\n" \
            "subs r6, r6, #1\n" \
            "beq 6f\n" \
            "str r6, [sp, #40]\n" \
            "ldrd r9, r10, [sp, #16]\n" \
            "add r9, r9, r11\n" \
            "add r10, r10, r11\n" \
            "strd r9, r10, [sp, #16]\n" \
            "ldrd r9, r10, [sp, #28]\n" \
            "ldr r12, [sp, #36]\n" \
            "add r9, r9, r11\n" \
            "add r10, r10, r12\n" \
            "strd r9, r10, [sp, #28]\n" \
            "b 1b\n" \
            "6:\n" \
            "add sp, sp, #52\n" \
            "pop {r7}\n" \
            : "+r"(parameters) \
            : \
            : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"); \
    } while (0)

SS_SHARED void ss_depthwise_3x3_channel_armv7em(const ss_depthwise_3x3 *d)
{
    SS_DEPTHWISE_3X3_RUN(d, SS_DEPTHWISE_3X3_AWAY);
}

SS_SHARED void ss_depthwise_3x3_rectified_channel_armv7em(const ss_depthwise_3x3 *d)
{
    SS_DEPTHWISE_3X3_RUN(d, SS_DEPTHWISE_3X3_RECTIFIED);
}

#else

SS_SHARED void ss_depthwise_3x3_channel_armv7em(const ss_depthwise_3x3 *d)
{
    const ptrdiff_t pitch = d->pitch / 2, row_step = d->plane_step / 2;
    for (int row = 0; row < d->rows; row++) {
        const ss_any_half *plane = d->plane + row * row_step;
        int8_t *output = d->output + row * d->output_step;
        while (plane != d->end + row * row_step) {
            const int pair = plane < d->pairs_end + row * row_step;
            for (int i = 0; i <= pair; i++, output += d->step) {
                int32_t sum = d->bias;
                for (int ky = 0; ky < 3; ky++) {
                    const ss_any_half *x = plane + ky * pitch + i;
                    sum = ss_multiply_pairs(ss_pair(x[0], x[1]), d->taps[2 * ky], sum);
                    sum = ss_multiply_pairs(ss_pair(x[2], 0), d->taps[2 * ky + 1] >> 16, sum);
                }
                *output = (int8_t)ss_round_to_int8(ss_multiply_rounded(sum, d->multiplier), d->offset, d->shift);
            }
            plane += 2;
        }
    }
}

SS_SHARED void ss_depthwise_3x3_rectified_channel_armv7em(const ss_depthwise_3x3 *d)
{
    ss_depthwise_3x3_channel_armv7em(d);
}

#endif

SS_KERNEL void ss_depthwise_conv2d_3x3_armv7em(ss_plane plane, ss_plane_outputs outputs, int32_t input_zero_point,
                                               int32_t offset,        /* 2 * zero point + 1 */
                                               int rectified,         /* the zero point is -128 */
                                               int channels,          /* of the input */
                                               int multiplier,        /* outputs for each of them */
                                               const int8_t *input,   /* (h, w, channels) */
                                               const int32_t *stream, /* (channels, multiplier, 5) */
                                               int16_t *scratch,      /* (plane.size) */
                                               int8_t *output)        /* (h, w, channels, multiplier) */
{
    ss_any_half *const image = scratch;
    ss_depthwise_3x3 d = {.step = outputs.step,
                          .output_step = outputs.row_step,
                          .plane_step = 2 * outputs.plane_step,
                          .pitch = 2 * plane.pitch,
                          .plane = image,
                          .rows = outputs.rows};
    const int pairs = outputs.stride == 1 ? outputs.columns / 2 : 0;
    d.pairs_end = d.plane + 2 * pairs;
    d.end = d.pairs_end + 2 * (outputs.columns - 2 * pairs);
    ss_plane_clear(plane, input_zero_point, image);
    for (int channel = 0; channel < channels; channel++) {
        ss_plane_fill(plane, input++, image);
        for (int m = 0; m < multiplier; m++, stream += 5) {
            for (int ky = 0; ky < 3; ky++) {
                const uint32_t word = (uint32_t)stream[2 + ky];
                const uint32_t even = (ss_even_bytes(word) << 1) & 0xFFFEFFFFu;
                const uint32_t odd = (ss_odd_bytes(word) << 1) & 0xFFFEFFFFu;
                d.taps[2 * ky] = (even & 0xFFFFu) | (odd << 16);
                d.taps[2 * ky + 1] = (odd & 0xFFFFu) | (even & 0xFFFF0000u);
            }
            d.bias = stream[0];
            d.multiplier = stream[1];
            d.shift = (int32_t)((uint32_t)stream[2] >> 24);
            d.offset = offset * ((int32_t)1 << d.shift);
            d.output = output++;
            if (rectified)
                ss_depthwise_3x3_rectified_channel_armv7em(&d);
            else
                ss_depthwise_3x3_channel_armv7em(&d);
        }
    }
}

#endif
