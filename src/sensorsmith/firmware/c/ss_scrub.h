/* ss_scrub.h: overwrite the stack that is not in use. Interrupts leave there what the registers held: pieces of signal. */
#ifndef SS_SCRUB_H
#define SS_SCRUB_H

#include <stdint.h>

#include "ss_config.h"

extern uint32_t ss_stack_top[];

/* From the loop, and not inlined: its caller's own variables are then above the stack pointer. As a part of a program, the
 * sensor has no stack of its own. */
__attribute__((noinline)) static void ss_scrub(void)
{
#if defined(__arm__)
    uint32_t *top;
    __asm__ volatile("mov %0, sp" : "=r"(top));
    for (volatile uint32_t *word = ss_stack_top - SS_STACK / 4u; word < top; word++)
        *word = 0;
#endif
}

#endif
