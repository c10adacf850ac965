/* part_bus.c: I2C1 as a controller. */
#include "part_bus.h"

#include "ticks.h"

void ss_part_bus_restart(void)
{
    REG(I2C1 + I2C_ENABLE) = 0;
    (void)REG(I2C1 + I2C_CLR_INTR);
    REG(I2C1 + I2C_ENABLE) = 1;
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
