/* part_bus.c: I2C1 as a controller, and the sampling clock, from the crystal of this board. */
#include "part_bus.h"

#include "ss_register_map.h"

#define ALARM 0u
#define TOO_LATE 50u /* us: an alarm that lies nearer than this might be missed */

void ss_part_bus_restart(void)
{
    REG(I2C1 + I2C_ENABLE) = 0;
    (void)REG(I2C1 + I2C_CLR_INTR);
    REG(I2C1 + I2C_ENABLE) = 1;
}

void ss_pause_us(uint32_t us)
{
    for (uint32_t start = REG(TIMER_NOW); REG(TIMER_NOW) - start < us;)
        ;
}

/* A part that a reset of ours has caught in the middle of a read holds SDA until it has sent its byte. */
static void free_bus(void)
{
    pin_function(PIN_PART_SCL, FUNCTION_SIO);
    REG(SIO_OUT_CLEAR) = 1u << PIN_PART_SCL;
    for (uint32_t pulse = 0; pulse < 9; pulse++) {
        REG(SIO_OE_SET) = 1u << PIN_PART_SCL;
        ss_pause_us(5);
        REG(SIO_OE_CLEAR) = 1u << PIN_PART_SCL;
        ss_pause_us(5);
    }
}

void ss_part_bus_start(uint32_t address)
{
    REG(GPIO_PAD(PIN_PART_SDA)) = PAD_PULLED_UP;
    REG(GPIO_PAD(PIN_PART_SCL)) = PAD_PULLED_UP;
    free_bus();
    pin_function(PIN_PART_SDA, FUNCTION_I2C);
    pin_function(PIN_PART_SCL, FUNCTION_I2C);
    REG(I2C1 + I2C_ENABLE) = 0;
    REG(I2C1 + I2C_CON) = I2C_CON_CONTROLLER;
    REG(I2C1 + I2C_TAR) = address;
    i2c_speed(I2C1);
    REG(I2C1 + I2C_INTR_MASK) = 0;
    ss_part_bus_restart();
    REG_SET(TIMER_INTE) = 1u << ALARM;
}

uint8_t ss_part_bus_done(void)
{
    uint32_t start = REG(TIMER_NOW);
    while (!(REG(I2C1 + I2C_RAW_INTR_STAT) & I2C_STOP_DET))
        if (REG(TIMER_NOW) - start > SS_PART_PATIENCE) {
            ss_part_bus_restart();
            return 0;
        }
    uint32_t refused = REG(I2C1 + I2C_RAW_INTR_STAT) & I2C_TX_ABRT;
    (void)REG(I2C1 + I2C_CLR_INTR);
    return refused == 0;
}

void ss_ticks_start(struct ss_ticks *ticks, uint32_t first)
{
    ticks->due = REG(TIMER_NOW) + first;
    ticks->rest = 0;
    REG(TIMER_ALARM(ALARM)) = ticks->due;
    REG(NVIC_ISER) = 1u << IRQ_TIMER_0;
}

void ss_ticks_stop(void)
{
    REG(NVIC_ICER) = 1u << IRQ_TIMER_0;
    REG(TIMER_ARMED) = 1u << ALARM;
    REG(TIMER_INTR) = 1u << ALARM;
    REG(NVIC_ICPR) = 1u << IRQ_TIMER_0;
}

static void advance(struct ss_ticks *ticks, struct ss_period period)
{
    ticks->due += period.us;
    ticks->rest += period.rest;
    if (ticks->rest >= SS_RATE_NUMERATOR) {
        ticks->rest -= SS_RATE_NUMERATOR;
        ticks->due++;
    }
}

uint32_t ss_ticks_next(struct ss_ticks *ticks, struct ss_period period)
{
    uint32_t missed = 0;
    REG(TIMER_INTR) = 1u << ALARM;
    for (advance(ticks, period); (int32_t)(ticks->due - REG(TIMER_NOW)) < (int32_t)TOO_LATE; advance(ticks, period))
        missed++;
    REG(TIMER_ALARM(ALARM)) = ticks->due;
    return missed;
}
