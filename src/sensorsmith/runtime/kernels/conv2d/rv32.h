/* Convolution, int8, for RISC-V of 32 bits with products: see ss_conv2d_blocks.h; two rows of weights at a time.
 *
 * Not here: assembly.
 */
#ifndef SS_CONV2D_RV32_H
#define SS_CONV2D_RV32_H

#include "ss_conv2d_blocks.h"

/* The six sums of one row from those of its four words, into a row of the output. */
SS_KERNEL void ss_conv2d_write(const ss_conv2d_rows *rows, const int32_t *sums, ss_level level)
{
    for (int j = 0; j < SS_CONV2D_PIXELS; j++)
        rows->output[j * rows->channels] = ss_to_level(sums[j] + level.bias, level);
}

/* Add a segment of one or two rows; a second row that is the first again costs time, but nothing else. */
SS_KERNEL void ss_conv2d_add(const int32_t *words, const uint8_t *first, const uint8_t *second, int steps,
                             int32_t *first_sums, int32_t *second_sums)
{
    uint32_t a = (uint32_t)words[0], b = (uint32_t)words[1], c = (uint32_t)words[2], d = (uint32_t)words[3];
    uint32_t e = a, f = b, g = c, h = d;
    for (const uint8_t *end = first + steps; first < end; first++, second++) {
        words += SS_CONV2D_WORDS;
        const uint32_t p = (uint32_t)words[0], q = (uint32_t)words[1], r = (uint32_t)words[2], s = (uint32_t)words[3];
        const uint32_t u = *first, v = *second;
        a += p * u, b += q * u, c += r * u, d += s * u;
        e += p * v, f += q * v, g += r * v, h += s * v;
    }
    ss_conv2d_tell_apart(a, b, &first_sums[0]);
    ss_conv2d_tell_apart(c, d, &first_sums[3]);
    ss_conv2d_tell_apart(e, f, &second_sums[0]);
    ss_conv2d_tell_apart(g, h, &second_sums[3]);
}

SS_KERNEL void ss_conv2d_compute_rv32(ss_conv2d_rows rows, int bends)
{
    const int steps = rows.segment_bytes / 16 - 1, row = rows.segments * steps;
    while (rows.level < rows.level_end) {
        const uint32_t *next = rows.level + SS_LEVEL_WORDS(bends);
        const int two = next < rows.level_end;
        int32_t sums[2][SS_CONV2D_PIXELS] = {{0}, {0}};
        const uint8_t *weights = rows.filter;
        const int32_t *words = rows.words;
        for (int i = 0; i < rows.segments; i++, weights += steps, words += (1 + steps) * SS_CONV2D_WORDS)
            ss_conv2d_add(words, weights, two ? weights + row : weights, steps, sums[0], sums[1]);
        ss_conv2d_write(&rows, sums[0], ss_read_level(rows.level, bends));
        rows.output++;
        if (two) {
            ss_conv2d_write(&rows, sums[1], ss_read_level(next, bends));
            rows.output++;
        }
        rows.filter += 2 * row;
        rows.level = next + (two ? SS_LEVEL_WORDS(bends) : 0);
    }
}

SS_KERNEL void ss_conv2d_rv32(ss_window window, int32_t input_zero_point, int bends, int segments,
                                int steps,                                  /* of a segment */
                                ss_dims input_dims, const int8_t *input,    /* (h, w, c) */
                                ss_dims filter_dims, const uint8_t *filter, /* (output c, segments, steps) */
                                const uint32_t *levels,                     /* (output c, 4 or 6) */
                                ss_dims output_dims, int8_t *output,        /* (h, w, c) */
                                int32_t *words,                             /* (segments, 1 + steps, 4) */
                                int8_t *spare) /* the larger of (filter w, input c) and (6, output c) */
{
    ss_conv2d_blocks(ss_conv2d_compute_rv32, window, input_zero_point, bends, segments, steps, input_dims, input,
                     filter_dims, filter, levels, output_dims, output, words, spare);
}

#endif
