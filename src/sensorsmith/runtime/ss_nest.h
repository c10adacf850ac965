/* Five nested loops, and where an element lies that they come to. Dimensions that lie in memory as one are one loop;
 * those that are left over run once, and the compiler drops them. */
#ifndef SS_NEST_H
#define SS_NEST_H

#include "ss_base.h"

/* Counts, strides or positions, the outermost first. */
typedef struct {
    int a, b, c, d, e;
} ss_nest;

#define SS_FOR_EACH(at, size) \
    for (at.a = 0; at.a < size.a; at.a++) \
        for (at.b = 0; at.b < size.b; at.b++) \
            for (at.c = 0; at.c < size.c; at.c++) \
                for (at.d = 0; at.d < size.d; at.d++) \
                    for (at.e = 0; at.e < size.e; at.e++)

SS_KERNEL int ss_offset(ss_nest at, ss_nest stride)
{
    return at.a * stride.a + at.b * stride.b + at.c * stride.c + at.d * stride.d + at.e * stride.e;
}

#endif
