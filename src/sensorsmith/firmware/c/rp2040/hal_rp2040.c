/* hal_rp2040.c: clocks, watchdog, light, event line, and the interrupts of an RP2040. */
#include "buses.h"
#include "hal.h"
#include "rp2040.h"
#include "transducer.h"

#define RESETS                                                                                                        \
    (RESET_DMA | RESET_I2C0 | RESET_I2C1 | RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_PIO0 | RESET_PLL_SYS |           \
     RESET_TIMER | RESET_UART0)
#define ALARM 1u
#define SECOND 1000000u
#define HEARTBEAT 0xFFFFFFu /* of the watchdog, 8.4 s: it counts twice in a microsecond (erratum RP2040-E1) */

static struct ss_registers *registers;
static volatile uint32_t resting; /* seconds */
static uint8_t sampling;

void ss_fault(void);
void ss_second_isr(void);

__attribute__((section(".interrupts"), used)) static void (*const interrupts[32])(void) = {
    ss_transducer_tick_isr, ss_second_isr, ss_fault, ss_fault,          ss_fault,    ss_fault, ss_fault, ss_fault,
    ss_fault,               ss_fault,      ss_fault, ss_transducer_isr, ss_fault,    ss_fault, ss_fault, ss_fault,
    ss_fault,               ss_fault,      ss_fault, ss_fault,          ss_uart_isr, ss_fault, ss_fault, ss_i2c_isr,
    ss_transducer_isr,      ss_fault,      ss_fault, ss_fault,          ss_fault,    ss_fault, ss_fault, ss_fault,
};

uint8_t ss_hal_reset_cause(void)
{
    uint32_t reason = REG(WATCHDOG_REASON);
    if (reason & WATCHDOG_BY_FORCE)
        return SS_RESET_CAUSE_COMMAND;
    return reason & WATCHDOG_BY_TIMER ? SS_RESET_CAUSE_WATCHDOG : SS_RESET_CAUSE_POWER_ON;
}

static void start_watchdog(void)
{
    REG(PSM_WDSEL) = 0x1FFFCu; /* resets everything but the oscillators */
    REG(WATCHDOG_LOAD) = HEARTBEAT;
    REG(WATCHDOG_CTRL) = WATCHDOG_ENABLE;
}

/* 12 MHz of the crystal, times 125, divided by 6 and 2: 125 MHz, for which the board's figures are given. */
static void start_clocks(void)
{
    REG(XOSC_STARTUP) = 47; /* 1 ms: 47 times 256 periods */
    REG(XOSC_CTRL) = 0xFABu << 12 | 0xAA0u;
    while (!(REG(XOSC_STATUS) & XOSC_STABLE))
        ;
    REG(CLK_REF_CTRL) = 2; /* the crystal */
    while (REG(CLK_REF_SELECTED) != 1u << 2)
        ;
    REG(WATCHDOG_TICK) = 1u << 9 | 12u; /* a microsecond, for watchdog and timer */
    REG(CLK_SYS_CTRL) = 0;              /* the crystal, too, while the PLL starts */
    while (REG(CLK_SYS_SELECTED) != 1u << 0)
        ;
    REG_SET(RESETS_RESET) = RESETS;
    REG_CLEAR(RESETS_RESET) = RESETS;
    while ((REG(RESETS_DONE) & RESETS) != RESETS)
        ;
    REG(PLL_SYS_CS) = 1;
    REG(PLL_SYS_FBDIV) = 125;
    REG_CLEAR(PLL_SYS_PWR) = 1u << 0 | 1u << 5; /* power and oscillator on */
    while (!(REG(PLL_SYS_CS) & PLL_LOCK))
        ;
    REG(PLL_SYS_PRIM) = 6u << 16 | 2u << 12;
    REG_CLEAR(PLL_SYS_PWR) = 1u << 3; /* the divider, too */
    REG(CLK_SYS_CTRL) = 1;            /* the PLL */
    while (REG(CLK_SYS_SELECTED) != 1u << 1)
        ;
    REG(CLK_PERI_CTRL) = 1u << 11; /* as the processor */
}

static void start_pins(void)
{
    pin_function(PIN_EVENT, FUNCTION_SIO);
    pin_function(PIN_LIGHT, FUNCTION_SIO);
    ss_hal_show();
    REG(SIO_OE_SET) = 1u << PIN_EVENT | 1u << PIN_LIGHT;
}

static void await_second(void)
{
    REG(TIMER_ALARM(ALARM)) = REG(TIMER_NOW) + SECOND;
}

/* Wakes the loop, which feeds the watchdog and looks whether a silent transducer is back. */
void ss_second_isr(void)
{
    REG(TIMER_INTR) = 1u << ALARM;
    await_second();
    resting = resting - (resting != 0);
}

void ss_hal_start(struct ss_registers *r, struct ss_ring *ring)
{
    registers = r;
    start_clocks();
    start_watchdog();
    start_pins();
    ss_i2c_start(r);
    ss_uart_start(r);
    ss_transducer_start(ring);
    REG_SET(TIMER_INTE) = 1u << ALARM;
    REG(NVIC_ISER) = 1u << IRQ_TIMER_1;
    await_second();
}

static void set_pin(uint32_t pin, uint32_t level)
{
    REG(level ? SIO_OUT_SET : SIO_OUT_CLEAR) = 1u << pin;
}

void ss_hal_show(void)
{
    set_pin(PIN_EVENT, registers->attention ^ 1u ^ ss_setting(registers, SS_INT_POL));
    set_pin(PIN_LIGHT, sampling & ss_setting(registers, SS_LED));
}

void ss_hal_sampling(uint8_t on)
{
    resting = 0;
    sampling = on;
    ss_transducer_sampling(on);
}

uint8_t ss_hal_transducer(void)
{
    return ss_transducer_answers();
}

void ss_hal_rest(uint16_t seconds)
{
    await_second();
    resting = seconds;
}

uint8_t ss_hal_resting(void)
{
    return resting != 0;
}

/* Returning from an interrupt is an event: one that came since the last call is not slept through. */
void ss_hal_wait(void)
{
    ss_hal_show();
    REG(WATCHDOG_LOAD) = HEARTBEAT;
    __asm__ volatile("wfe" ::: "memory");
}

void ss_hal_reset(void)
{
    REG(WATCHDOG_CTRL) = WATCHDOG_TRIGGER;
    for (;;)
        ;
}
