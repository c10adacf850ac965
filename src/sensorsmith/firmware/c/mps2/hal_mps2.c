/* hal_mps2.c: an MPS2 board in QEMU, whose host puts samples and phases of the bus into memory that both see.
 *
 * Nobody outside can raise an interrupt here. The host counts TICKET up when it has put something there; a timer looks
 * every few thousand cycles, also while the sensor computes, and runs the interrupt that is meant. When the sensor has
 * nothing more to do, DONE is TICKET.
 */
#include "hal.h"
#include "port.h"
#include "ss_config.h"
#include "ss_hold.h"
#include "ss_port.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define WORD(offset) REG(SS_PORT + (offset))

/* CMSDK APB timer 0 (Arm DDI 0479, 4.4), interrupt 8 of the board (AN386, table 4-2). */
#define TIMER_CTRL 0x40000000u
#define TIMER_RELOAD 0x40000008u
#define TIMER_INTCLEAR 0x4000000Cu
#define TIMER_ON 0x9u /* enabled, with its interrupt */
#define NVIC_ISER 0xE000E100u
#define IRQ_TIMER_0 8u
#define PERIOD 1250u /* cycles: 50 us */
#define NVIC_ICER 0xE000E180u

static volatile uint32_t served; /* TICKET whose interrupt has run */
static uint32_t looked;          /* that of which the loop has seen what came of it */
static uint8_t started;

void ss_fault(void);
void ss_timer_isr(void);

__attribute__((section(".interrupts"), used)) static void (*const interrupts[])(void) = {
    ss_fault, ss_fault, ss_fault, ss_fault, ss_fault, ss_fault, ss_fault, ss_fault, ss_timer_isr,
};

void ss_timer_isr(void)
{
    REG(TIMER_INTCLEAR) = 1;
    uint32_t ticket = WORD(SS_PORT_TICKET);
    if (ticket == served)
        return;
    switch (WORD(SS_PORT_KIND)) {
    case SS_KIND_SAMPLES:
        ss_samples_isr();
        break;
    case SS_KIND_BUS:
        ss_bus_isr();
        break;
    default: /* SS_KIND_POWER is for the loop */
        break;
    }
    served = ticket;
}

__attribute__((noreturn)) void ss_reset(void);
extern uint32_t ss_stack_top[];

/* From the loop, as after power on; with the stack painted, as the emulator has painted it before the first start. */
static void begin_again(void)
{
    uint32_t *top;
    REG(NVIC_ICER) = 1u << IRQ_TIMER_0;
    __asm__ volatile("mov %0, sp" : "=r"(top));
    for (volatile uint32_t *word = ss_stack_top - SS_STACK / 4u; word < top; word++)
        *word = 0xC5C5C5C5u;
    __asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(ss_stack_top), "r"(ss_reset) : "memory");
}

static void start(void)
{
    served = looked = WORD(SS_PORT_TICKET);
    REG(TIMER_RELOAD) = PERIOD;
    REG(TIMER_CTRL) = TIMER_ON;
    REG(NVIC_ISER) = 1u << IRQ_TIMER_0;
    started = 1;
}

void ss_hal_wait(void)
{
    ss_port_show();
    if (!started)
        start();
    if (ss_port_waiting()) {
        ss_hold(); /* more samples than the ring holds have come at once */
        ss_samples_isr();
        ss_release();
        return;
    }
    uint32_t now = served;
    if (looked != now) { /* an interrupt came: its work is not done yet */
        looked = now;
        if (WORD(SS_PORT_KIND) == SS_KIND_POWER)
            begin_again();
        return;
    }
    WORD(SS_PORT_DONE) = now;
    __asm__ volatile("wfi" ::: "memory");
}

void ss_hal_reset(void)
{
    ss_port_restarted();
    begin_again();
}
