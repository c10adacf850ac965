/* The geometry of a sliding window: which of its taps lie within the input. Depends on
 * positions only, never on data. */
#ifndef SS_WINDOW_H
#define SS_WINDOW_H

#include "ss_base.h"

typedef struct {
    int stride_h, stride_w;
    int dilation_h, dilation_w;
    int pad_h, pad_w; /* before the first row and column */
} ss_window;

/* Taps first .. last-1 of a window are inside. */
typedef struct {
    int first, last;
} ss_taps;

/* origin: position of tap 0, negative in the padding; `taps` of them, `dilation` apart, on an axis of `size`. */
SS_KERNEL ss_taps ss_taps_inside(int origin, int taps, int dilation, int size)
{
    ss_taps inside = {0, taps};
    while (inside.first < taps && origin + inside.first * dilation < 0)
        inside.first++;
    while (inside.last > inside.first && origin + (inside.last - 1) * dilation >= size)
        inside.last--;
    return inside;
}

#endif
