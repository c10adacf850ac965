/* bench_riscv.c: a RISC-V core on a bench, from its first instruction on. */
#include "semihosting.h"

extern uint32_t ss_data_load[], ss_data_start[], ss_data_end[], ss_bss_start[], ss_bss_end[];

int main(void);
void ss_start(void);
void ss_reset(void);

__attribute__((section(".vectors"), naked, used)) void ss_start(void)
{
    __asm__ volatile(".option arch, +zicsr\n\t"
                     "la sp, ss_stack_top\n\t"
                     "la t0, ss_fault\n\t"
                     "csrw mtvec, t0\n\t"
                     "j ss_reset");
}

__attribute__((used)) void ss_reset(void)
{
    const uint32_t *from = ss_data_load;
    for (volatile uint32_t *to = ss_data_start; to < ss_data_end;)
        *to++ = *from++;
    for (volatile uint32_t *to = ss_bss_start; to < ss_bss_end;)
        *to++ = 0;
    main();
}

static uintptr_t trap(uintptr_t operation, uintptr_t argument)
{
    register uintptr_t a0 __asm__("a0") = operation;
    register uintptr_t a1 __asm__("a1") = argument;
    /* The three instructions have 32 bits each and lie in one page: that is how the trap is recognised. */
    __asm__ volatile(".option push\n\t.option norvc\n\t.balign 16\n\t"
                     "slli zero, zero, 0x1F\n\tebreak\n\tsrai zero, zero, 7\n\t"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
}

void ss_bench_start(void)
{
}
