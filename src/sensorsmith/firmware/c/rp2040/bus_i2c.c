/* bus_i2c.c: I2C0 as a target. The bus waits (SCL is held low) while a byte that the host reads is being fetched.
 *
 * An interrupt may come late: the bus is kept out of the registers while they change. By then the end of one transaction and
 * the beginning of the next can both have happened; the controller marks the first byte of each write, and tells apart a
 * start and a repeated start.
 */
#include "buses.h"
#include "rp2040.h"

static struct ss_bus bus;
static uint8_t reading; /* the host has addressed us to read, and the block is latched */

static void listen(void)
{
    REG(I2C0 + I2C_ENABLE) = 0;
    REG(I2C0 + I2C_SAR) = ss_setting(bus.registers, SS_ADDR);
    REG(I2C0 + I2C_ENABLE) = 1;
}

void ss_i2c_start(struct ss_registers *r)
{
    ss_bus_open(&bus, r);
    REG(I2C0 + I2C_ENABLE) = 0;
    REG(I2C0 + I2C_CON) = I2C_CON_TARGET;
    i2c_speed(I2C0);
    REG(I2C0 + I2C_RX_TL) = 0;
    REG(I2C0 + I2C_INTR_MASK) = I2C_RX_FULL | I2C_RD_REQ | I2C_TX_ABRT | I2C_STOP_DET | I2C_RESTART_DET;
    listen();
    pin_function(PIN_BUS_SDA, FUNCTION_I2C);
    pin_function(PIN_BUS_SCL, FUNCTION_I2C);
    REG(GPIO_PAD(PIN_BUS_SDA)) = PAD_PULLED_UP;
    REG(GPIO_PAD(PIN_BUS_SCL)) = PAD_PULLED_UP;
    REG(NVIC_ISER) = 1u << IRQ_I2C0;
}

static void take_bytes(void)
{
    while (REG(I2C0 + I2C_STATUS) & I2C_RX_NOT_EMPTY) {
        uint32_t byte = REG(I2C0 + I2C_DATA_CMD);
        if (byte & I2C_FIRST_BYTE)
            ss_bus_start_write(&bus);
        ss_bus_write(&bus, (uint8_t)byte);
    }
}

static void give_byte(void)
{
    (void)REG(I2C0 + I2C_CLR_RD_REQ);
    if (!reading)
        ss_bus_start_read(&bus);
    reading = 1;
    REG(I2C0 + I2C_DATA_CMD) = ss_bus_read(&bus);
}

/* Only a host that has gone away does not hear us under a new address at once: SAR is changed between transactions. */
static void end(void)
{
    ss_bus_end(&bus);
    reading = 0;
    if (REG(I2C0 + I2C_SAR) != ss_setting(bus.registers, SS_ADDR) && !(REG(I2C0 + I2C_STATUS) & I2C_TARGET_ACTIVE))
        listen();
    ss_hal_show();
}

void ss_i2c_isr(void)
{
    uint32_t raised = REG(I2C0 + I2C_INTR_STAT);
    if (raised & I2C_TX_ABRT) /* the host cut a read short; the byte that it did not take is gone */
        (void)REG(I2C0 + I2C_CLR_TX_ABRT);
    if (raised & I2C_STOP_DET)
        (void)REG(I2C0 + I2C_CLR_STOP_DET);
    if (raised & I2C_RESTART_DET) {
        (void)REG(I2C0 + I2C_CLR_RESTART_DET);
        reading = 0;
    }
    take_bytes();
    /* When the next transaction has begun, the first byte of a write resets all by itself; a read must find it ended. */
    uint32_t next = REG(I2C0 + I2C_STATUS) & I2C_TARGET_ACTIVE;
    if (raised & I2C_STOP_DET && (!next || (raised & (I2C_RD_REQ | I2C_RESTART_DET)) == I2C_RD_REQ))
        end();
    if (raised & I2C_RD_REQ)
        give_byte();
}
