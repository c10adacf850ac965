/* Convolution of int8 six pixels at a time, three of them in two products: what its variants share.
 *
 * Three pixels a, b, c become the words a + b * 2^21 and c + b * 2^10. Their products with the weights are summed over
 * a whole segment of the window, modulo 2^32. Each sum of a pixel lies within -2^20 .. 2^20 - 1 (the compiler divides
 * the window so that it does), so that all three can be told apart at the end: bits 0 to 20 of the first word are a's;
 * above them are the low 11 bits of b's, and with these taken from the second word, its bits 0 to 20 are c's, and above
 * them is the rest of b's. Weights are stored plus 128, which `LDRB` reads at a fixed offset; 128 times the words' sum
 * is taken off again before the segment begins.
 */
#ifndef SS_CONV2D_BLOCKS_H
#define SS_CONV2D_BLOCKS_H

#include "ss_level.h"
#include "ss_window.h"

enum { SS_CONV2D_PIXELS = 6, SS_CONV2D_WORDS = 4 };

/* What the rows of a block are computed from; the assembly counts on this order. */
typedef struct {
    const int32_t *words;      /* (segments, 1 + steps, 4) */
    const uint8_t *filter;     /* (channels, segments, steps) */
    const uint32_t *level;     /* (channels, 4 or 6) */
    const uint32_t *level_end;
    int8_t *output;            /* pixel 0, channel 0 */
    int32_t channels, segments, segment_bytes, skip;
} ss_conv2d_rows;

/* The sums of three pixels from those of their two words. */
SS_KERNEL void ss_conv2d_tell_apart(uint32_t first, uint32_t second, int32_t *sums)
{
    const int32_t a = (int32_t)(first << 11) >> 11;
    const uint32_t low = (first - (uint32_t)a) >> 21;
    const uint32_t rest = second - (low << 10);
    const int32_t c = (int32_t)(rest << 11) >> 11;
    sums[0] += a;
    sums[1] += ((int32_t)(rest - (uint32_t)c) >> 10) + (int32_t)low;
    sums[2] += c;
}

/* Where the words of a block go: steps of a segment, behind the correction for the 128 added to each weight. */
typedef struct {
    uint32_t *next, *correction;
    int left; /* steps of this segment */
    uint32_t sum[SS_CONV2D_WORDS];
} ss_conv2d_packer;

SS_KERNEL void ss_conv2d_begin(ss_conv2d_packer *to, int steps)
{
    to->correction = to->next;
    to->next += SS_CONV2D_WORDS;
    to->left = steps;
    for (int i = 0; i < SS_CONV2D_WORDS; i++)
        to->sum[i] = 0;
}

SS_KERNEL void ss_conv2d_end(ss_conv2d_packer *to)
{
    for (int i = 0; i < SS_CONV2D_WORDS; i++)
        to->correction[i] = 0u - to->sum[i] * 128u;
}

/* Widen values at .. at + count - 1 of each pixel into words; all of them lie in one segment. */
#if defined(__ARM_ARCH_6M__)

__attribute__((naked, noinline)) static void ss_conv2d_pack(ss_conv2d_packer *to __attribute__((unused)),
                                                            const int8_t *const *from __attribute__((unused)),
                                                            int at __attribute__((unused)),
                                                            int count __attribute__((unused)))
{
    __asm__(".syntax unified\n"
            "push {r4-r7, lr}\n"
            "mov r4, r8\n mov r5, r9\n mov r6, r10\n"
            "adds r7, r2, r3\n" /* values are counted up to the end, from -count to 0 */
            "push {r4-r7}\n"
            "mov r10, r0\n mov lr, r1\n rsbs r3, r3, #0\n mov r12, r3\n"
            ".irp ss_half, 0, 1\n"
            "mov r7, lr\n ldmia r7!, {r0-r2}\n mov lr, r7\n"
            "ldr r3, [sp, #12]\n adds r0, r0, r3\n adds r1, r1, r3\n adds r2, r2, r3\n"
            "mov r7, r10\n"
            "ldr r3, [r7, #(12 + 8 * \\ss_half)]\n mov r8, r3\n"
            "ldr r3, [r7, #(16 + 8 * \\ss_half)]\n mov r9, r3\n"
            "ldr r4, [r7]\n adds r4, #(8 * \\ss_half)\n"
            "mov r3, r12\n"
            "1:\n"
            "ldrsb r5, [r1, r3]\n"
            "ldrsb r6, [r0, r3]\n lsls r7, r5, #21\n adds r6, r6, r7\n add r8, r6\n"
            "ldrsb r7, [r2, r3]\n lsls r5, r5, #10\n adds r7, r7, r5\n add r9, r7\n"
            "stmia r4!, {r6, r7}\n adds r4, #8\n"
            "adds r3, #1\n bne 1b\n"
            "mov r7, r10\n"
            "mov r3, r8\n str r3, [r7, #(12 + 8 * \\ss_half)]\n"
            "mov r3, r9\n str r3, [r7, #(16 + 8 * \\ss_half)]\n"
            ".endr\n"
            "subs r4, #8\n str r4, [r7]\n"
            "pop {r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n"
            "pop {r4-r7, pc}\n");
}

#else

SS_KERNEL void ss_conv2d_pack(ss_conv2d_packer *to, const int8_t *const *from, int at, int count)
{
    const int8_t *a = from[0] + at, *b = from[1] + at, *c = from[2] + at;
    const int8_t *d = from[3] + at, *e = from[4] + at, *f = from[5] + at;
    uint32_t *next = to->next;
    for (int i = 0; i < count; i++) {
        const uint32_t x = (uint32_t)(int32_t)b[i], y = (uint32_t)(int32_t)e[i];
        const uint32_t p = (uint32_t)(int32_t)a[i] + (x << 21), q = (uint32_t)(int32_t)c[i] + (x << 10);
        const uint32_t r = (uint32_t)(int32_t)d[i] + (y << 21), s = (uint32_t)(int32_t)f[i] + (y << 10);
        next[0] = p, next[1] = q, next[2] = r, next[3] = s;
        next += SS_CONV2D_WORDS;
        to->sum[0] += p, to->sum[1] += q, to->sum[2] += r, to->sum[3] += s;
    }
    to->next = next;
}

#endif

/* The same, wherever segments end. */
SS_KERNEL void ss_conv2d_pack_taps(ss_conv2d_packer *to, const int8_t *const *from, int count, int steps)
{
    for (int at = 0; at < count;) {
        if (to->left == 0) {
            ss_conv2d_end(to);
            ss_conv2d_begin(to, steps);
        }
        const int some = count - at < to->left ? count - at : to->left;
        ss_conv2d_pack(to, from, at, some);
        to->left -= some;
        at += some;
    }
}

SS_KERNEL void ss_conv2d_blocks(void (*compute)(ss_conv2d_rows, int), ss_window window, int32_t input_zero_point, int bends, int segments,
                                int steps,                                  /* of a segment */
                                ss_dims input_dims, const int8_t *input,    /* (h, w, c) */
                                ss_dims filter_dims, const uint8_t *filter, /* (output c, segments, steps) */
                                const uint32_t *levels,                     /* (output c, 4 or 6) */
                                ss_dims output_dims, int8_t *output,        /* (h, w, c) */
                                int32_t *words,                             /* (segments, 1 + steps, 4) */
                                int8_t *spare) /* the larger of (filter w, input c) and (6, output c) */
{
    const int pixels = output_dims.h * output_dims.w;
    for (int i = 0; i < filter_dims.w * input_dims.c; i++) { /* what taps outside the image read */
        SS_OPAQUE(input_zero_point);                         /* else this becomes a call of memset */
        spare[i] = (int8_t)input_zero_point;
    }
    for (int first = 0, y = 0, x = 0; first < pixels; first += SS_CONV2D_PIXELS) {
        int in_y[SS_CONV2D_PIXELS], in_x[SS_CONV2D_PIXELS];
        int inside = window.dilation_w == 1;
        for (int j = 0; j < SS_CONV2D_PIXELS; j++) {
            in_y[j] = y * window.stride_h - window.pad_h;
            in_x[j] = x * window.stride_w - window.pad_w;
            SS_OPAQUE(in_x[j]); /* else the array becomes a call of memset where the output has one column */
            inside &= in_x[j] >= 0 && in_x[j] + filter_dims.w <= input_dims.w;
            if (++x == output_dims.w) {
                x = 0;
                y++;
            }
        }
        const int run = inside ? filter_dims.w : 1; /* taps that follow each other in memory */
        ss_conv2d_packer to;
        to.next = (uint32_t *)words;
        ss_conv2d_begin(&to, steps);
        for (int ky = 0; ky < filter_dims.h; ky++) {
            for (int kx = 0; kx < filter_dims.w; kx += run) {
                const int8_t *from[SS_CONV2D_PIXELS];
                for (int j = 0; j < SS_CONV2D_PIXELS; j++) {
                    const int row = in_y[j] + ky * window.dilation_h, column = in_x[j] + kx * window.dilation_w;
                    const int in = row >= 0 && row < input_dims.h && column >= 0 && column < input_dims.w;
                    from[j] = in ? &input[(row * input_dims.w + column) * input_dims.c] : spare;
                }
                ss_conv2d_pack_taps(&to, from, run * input_dims.c, steps);
            }
        }
        for (; to.left > 0; to.left--) /* the weights there are zero */
            to.next += SS_CONV2D_WORDS;
        ss_conv2d_end(&to);

        /* Pixels behind the last one are computed, too, but not into the output. */
        const int left = pixels - first;
        int8_t *const block = left < SS_CONV2D_PIXELS ? spare : output + first * output_dims.c;
        compute((ss_conv2d_rows){.words = words,
                                           .filter = filter,
                                           .level = levels,
                                           .level_end = levels + output_dims.c * SS_LEVEL_WORDS(bends),
                                           .output = block,
                                           .channels = output_dims.c,
                                           .segments = segments,
                                           .segment_bytes = (1 + steps) * 16,
                                           .skip = 15 - (steps - 1) % 16},
                          bends);
        for (int i = 0; left < SS_CONV2D_PIXELS && i < left * output_dims.c; i++) {
            int32_t value = spare[i];
            SS_OPAQUE(value); /* else this becomes a call of memcpy */
            output[first * output_dims.c + i] = (int8_t)value;
        }
    }
}

#endif
