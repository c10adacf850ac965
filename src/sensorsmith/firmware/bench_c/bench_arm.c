/* bench_arm.c: a Cortex-M on a bench, started by startup.c. */
#include "semihosting.h"

static uintptr_t trap(uintptr_t operation, uintptr_t argument)
{
    register uintptr_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void ss_bench_start(void)
{
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: coprocessors 10 and 11, which are FPU and Helium */
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
}
