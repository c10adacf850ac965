/* Maximum pooling, int8: Cortex-M4, M7 and M33. Four channels at a time: SSUB8 compares them, SEL takes the larger ones.
 *
 * Not here: a number of channels that is no multiple of four, clamps within int8.
 */
#ifndef SS_MAX_POOL_ARMV7EM_H
#define SS_MAX_POOL_ARMV7EM_H

#include "ss_armv7em.h"
#include "ss_window.h"

/* The larger of each two bytes. */
SS_KERNEL uint32_t ss_larger_bytes(uint32_t a, uint32_t b)
{
#if SS_ARMV7EM
    uint32_t larger;
    __asm__("ssub8 %0, %1, %2\n"
            "sel %0, %1, %2"
            : "=&r"(larger)
            : "r"(a), "r"(b)
            : "cc");
    return larger;
#else
    uint32_t larger = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        const int8_t x = (int8_t)(a >> shift), y = (int8_t)(b >> shift);
        larger |= (uint32_t)(uint8_t)(x > y ? x : y) << shift;
    }
    return larger;
#endif
}

SS_KERNEL void ss_max_pool_armv7em(ss_window window,
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
            for (int c = 0; c < output_dims.c; c += 4, output += 4) {
                uint32_t most = 0x80808080u;
                for (int ky = rows.first; ky < rows.last; ky++) {
                    const int8_t *row = &input[((in_y + ky) * input_dims.w + in_x + columns.first) * input_dims.c + c];
                    for (int kx = columns.first; kx < columns.last; kx++, row += input_dims.c)
                        most = ss_larger_bytes(ss_load_word(row), most);
                }
                *(ss_any_word *)output = most;
            }
        }
    }
}

#endif
