/* hal_emulated.c: a processor that an emulator stops where it sleeps, to raise an interrupt of the peripheral. */
#include "hal.h"
#include "port.h"
#include "ss_hold.h"

__attribute__((section(".interrupts"), used)) static void (*const interrupts[])(void) = {ss_samples_isr, ss_bus_isr};

/* The emulator stops here, raises an interrupt, and wakes the processor at the caller. */
__attribute__((noinline)) void ss_idle(void);
void ss_idle(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

void ss_hal_wait(void)
{
    ss_port_show();
    if (!ss_port_waiting()) {
        ss_idle();
        return;
    }
    ss_hold(); /* more samples than the ring holds have come at once: the interrupt is still pending */
    ss_samples_isr();
    ss_release();
}

__attribute__((noreturn)) void ss_reset(void);
extern uint32_t ss_stack_top[];

void ss_hal_reset(void)
{
    ss_port_restarted();
    __asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(ss_stack_top), "r"(ss_reset) : "memory");
}
