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

/* An output position of a transposed convolution: tap `first` of the window of input `input` lies there, and tap
 * first + stride of that of input - 1, and so on. Counted along rather than divided: some targets divide by a helper. */
typedef struct {
    int input, first;
} ss_reached;

SS_KERNEL ss_reached ss_reached_start(int pad, int stride)
{
    return (ss_reached){pad / stride, pad % stride};
}

SS_KERNEL ss_reached ss_reached_next(ss_reached at, int stride)
{
    return at.first + 1 < stride ? (ss_reached){at.input, at.first + 1} : (ss_reached){at.input + 1, 0};
}

#endif
