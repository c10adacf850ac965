/* Element-wise sum of two tensors of one shape, int8: Helium, four elements at a time. The output may take the place of
 * an input.
 *
 * Not here: broadcasting; scales above 1.
 */
#ifndef SS_ADD_MVE_H
#define SS_ADD_MVE_H

#include "ss_mve.h"

/* x * scale, rounded twice; the scale is at most 1. `exact` as in ss_mve_round_shift. */
SS_KERNEL int32x4_t ss_add_mve_scaled(int32x4_t x, ss_scale scale, int exact)
{
    x = vqrdmulhq_n_s32(x, scale.multiplier);
    if (scale.shift == 0)
        return x;
    if (exact)
        x = vaddq_s32(x, vshrq_n_s32(x, 31));
    return vrshlq_n_s32(x, scale.shift);
}

/* Both inputs are brought to twice the larger of their scales, with 20 more bits. */
SS_KERNEL int32x4_t ss_add_mve_term(int32x4_t x, int32_t zero_point, ss_scale scale)
{
    return ss_add_mve_scaled(vshlq_n_s32(vsubq_n_s32(x, zero_point), 20), scale, 1);
}

SS_KERNEL int32x4_t ss_add_mve_four(int32x4_t x1, int32x4_t x2, int32_t zero_point_1, int32_t zero_point_2,
                                    ss_range range, ss_scale scale_1, ss_scale scale_2, ss_scale output_scale)
{
    const int32x4_t sum =
        vaddq_s32(ss_add_mve_term(x1, zero_point_1, scale_1), ss_add_mve_term(x2, zero_point_2, scale_2));
    return ss_mve_clamp(ss_add_mve_scaled(sum, output_scale, range.minimum < range.zero_point), range);
}

SS_KERNEL void ss_add_mve(int32_t zero_point_1, int32_t zero_point_2, ss_range range,
                          ss_scale scale_1, ss_scale scale_2, ss_scale output_scale,
                          int size, const int8_t *input_1, /* (size) */
                          const int8_t *input_2,           /* (size) */
                          int8_t *output)                  /* (size) */
{
    for (int n = size / 4; n > 0; n--) {
        vstrbq_s32(output, ss_add_mve_four(vldrbq_s32(input_1), vldrbq_s32(input_2), zero_point_1, zero_point_2,
                                           range, scale_1, scale_2, output_scale));
        input_1 += 4;
        input_2 += 4;
        output += 4;
    }
    if (size % 4) {
        const mve_pred16_t inside = vctp32q((uint32_t)(size % 4));
        vstrbq_p_s32(output,
                     ss_add_mve_four(vldrbq_z_s32(input_1, inside), vldrbq_z_s32(input_2, inside), zero_point_1,
                                     zero_point_2, range, scale_1, scale_2, output_scale),
                     inside);
    }
}

#endif
