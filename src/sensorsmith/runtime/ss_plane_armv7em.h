/* One channel of an image as a plane of int16, where two neighbours lie in one word for SMLAD.
 *
 * The rows of the plane run along the image's height or width, as the compiler chose: all steps are given.
 */
#ifndef SS_PLANE_ARMV7EM_H
#define SS_PLANE_ARMV7EM_H

#include "ss_armv7em.h"

typedef struct {
    int size;     /* int16 of the plane, even */
    int pitch;    /* int16 of a row, even */
    int origin;   /* where the image begins in it; all around is padding */
    int rows;     /* of the image that are needed */
    int columns;  /* likewise */
    int row_step; /* from one row of the image to the next */
    int step;     /* from one column to the next */
} ss_plane;

/* Where outputs come from and go to. */
typedef struct {
    int rows, columns;
    int plane_step;     /* int16 from the plane's rows for one row of outputs to those for the next */
    int stride;         /* int16 from one output's window to the next one's */
    int row_step, step; /* from one row of outputs to the next, from one output to the next */
} ss_plane_outputs;

/* Padding everywhere. */
SS_KERNEL void ss_plane_clear(ss_plane plane, int32_t zero_point, ss_any_half *to)
{
    SS_OPAQUE(zero_point); /* else a compiler may call memset */
    for (int i = 0; i < plane.size; i++)
        to[i] = (int16_t)zero_point;
}

/* One channel of the image into its place. */
SS_KERNEL void ss_plane_fill(ss_plane plane, const int8_t *input, ss_any_half *to)
{
    to += plane.origin;
    for (int row = 0; row < plane.rows; row++, input += plane.row_step, to += plane.pitch) {
        const int8_t *from = input;
        int column = 0;
        for (; column + 4 <= plane.columns; column += 4, from += 4 * plane.step) {
            to[column] = from[0];
            to[column + 1] = from[plane.step];
            to[column + 2] = from[2 * plane.step];
            to[column + 3] = from[3 * plane.step];
        }
        for (; column < plane.columns; column++, from += plane.step)
            to[column] = *from;
    }
}

#endif
