/* Dot products of int8 by WebAssembly's SIMD128, or without it where the engine is built for none. */
#ifndef SS_SIMD128_H
#define SS_SIMD128_H

#include "ss_base.h"

enum { SS_DOT_STEP = 16 };

#if defined(__wasm_simd128__)

#include <wasm_simd128.h>

/* Products of 16 bits, added in pairs to 32. */
SS_KERNEL v128_t ss_dot_bytes(v128_t sums, v128_t x, v128_t w)
{
    sums = wasm_i32x4_add(sums, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extmul_low_i8x16(x, w)));
    return wasm_i32x4_add(sums, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extmul_high_i8x16(x, w)));
}

SS_KERNEL int32_t ss_dot_sum(v128_t sums)
{
    sums = wasm_i32x4_add(sums, wasm_i32x4_shuffle(sums, sums, 2, 3, 0, 1));
    return wasm_i32x4_extract_lane(sums, 0) + wasm_i32x4_extract_lane(sums, 1);
}

SS_KERNEL void ss_copy_16(int8_t *to, const int8_t *from)
{
    wasm_v128_store(to, wasm_v128_load(from));
}

/* Two rows of weights times one column, all of `count` values, a multiple of SS_DOT_STEP. */
SS_KERNEL void ss_dot_two(const int8_t *x, const int8_t *first, const int8_t *second, int count, int32_t *sums)
{
    v128_t a = wasm_i32x4_splat(0), b = a;
    for (int i = 0; i < count; i += SS_DOT_STEP) {
        const v128_t column = wasm_v128_load(x + i);
        a = ss_dot_bytes(a, column, wasm_v128_load(first + i));
        b = ss_dot_bytes(b, column, wasm_v128_load(second + i));
    }
    sums[0] = ss_dot_sum(a);
    sums[1] = ss_dot_sum(b);
}

#else

SS_KERNEL void ss_copy_16(int8_t *to, const int8_t *from)
{
    for (int i = 0; i < SS_DOT_STEP; i++)
        to[i] = from[i];
}

SS_KERNEL void ss_dot_two(const int8_t *x, const int8_t *first, const int8_t *second, int count, int32_t *sums)
{
    sums[0] = sums[1] = 0;
    for (int i = 0; i < count; i++) {
        sums[0] += x[i] * first[i];
        sums[1] += x[i] * second[i];
    }
}

#endif

#endif
