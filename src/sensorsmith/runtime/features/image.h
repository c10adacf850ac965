/* ss_image.h: feature block "image", grey pixels to int8 network input.
 *
 *     out[i*planes + p] = samples[i] - 128                            p = 0 .. planes-1
 *
 * which is real = (out + 128) / 255: black is 0, white is 1. A model of colour pictures is given each pixel three times.
 */
#ifndef SS_IMAGE_H
#define SS_IMAGE_H

#include <stdint.h>

/* samples  uint8 (pixels)
 * out      int8 (pixels, planes) */
static inline void ss_image(const uint8_t *samples, int8_t *out, uint32_t pixels, uint8_t planes)
{
    for (uint32_t i = 0; i < pixels; i++)
        for (uint8_t p = 0; p < planes; p++)
            *out++ = (int8_t)((int16_t)samples[i] - 128);
}

#endif
