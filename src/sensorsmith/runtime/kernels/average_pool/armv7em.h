/* Average pooling, int8: Cortex-M4, M7 and M33. Four channels at a time: SXTAB16 adds two of them to two sums of 16 bits.
 *
 * Not here: windows of more than 255 pixels, a number of channels that is no multiple of four.
 */
#ifndef SS_AVERAGE_POOL_ARMV7EM_H
#define SS_AVERAGE_POOL_ARMV7EM_H

#include "ss_armv7em.h"
#include "ss_average_pool_ref.h"

/* sums + bytes 0 and 2, or with `odd` bytes 1 and 3, of a word. */
SS_KERNEL uint32_t ss_add_bytes(uint32_t sums, uint32_t word, int odd)
{
#if SS_ARMV7EM
    if (odd)
        __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sums) : "r"(word));
    else
        __asm__("sxtab16 %0, %0, %1" : "+r"(sums) : "r"(word));
    return sums;
#else
    const uint32_t bytes = odd ? ss_odd_bytes(word) : ss_even_bytes(word);
    return ss_pair(ss_low_half(sums) + ss_low_half(bytes), ss_high_half(sums) + ss_high_half(bytes));
#endif
}

SS_KERNEL void ss_average_pool_armv7em(ss_window window, ss_range range,
                                       ss_dims input_dims, const int8_t *input, /* (h, w, c) */
                                       ss_dims pool_dims,                       /* h, w */
                                       ss_dims output_dims, int8_t *output)     /* (h, w, c) */
{
    for (int y = 0; y < output_dims.h; y++) {
        const int in_y = y * window.stride_h - window.pad_h;
        const ss_taps rows = ss_taps_inside(in_y, pool_dims.h, 1, input_dims.h);
        for (int x = 0; x < output_dims.w; x++) {
            const int in_x = x * window.stride_w - window.pad_w;
            const ss_taps columns = ss_taps_inside(in_x, pool_dims.w, 1, input_dims.w);
            const int32_t count = (int32_t)(rows.last - rows.first) * (columns.last - columns.first);
            for (int c = 0; c < output_dims.c; c += 4) {
                uint32_t even = 0, odd = 0;
                for (int ky = rows.first; ky < rows.last; ky++) {
                    const int8_t *row = &input[((in_y + ky) * input_dims.w + in_x + columns.first) * input_dims.c + c];
                    for (int kx = columns.first; kx < columns.last; kx++, row += input_dims.c) {
                        even = ss_add_bytes(even, ss_load_word(row), 0);
                        odd = ss_add_bytes(odd, ss_load_word(row), 1);
                    }
                }
                for (int pair = 0; pair < 2; pair++, even >>= 16, odd >>= 16) {
                    *output++ = ss_to_int8(ss_average(ss_low_half(even), count), range);
                    *output++ = ss_to_int8(ss_average(ss_low_half(odd), count), range);
                }
            }
        }
    }
}

#endif
