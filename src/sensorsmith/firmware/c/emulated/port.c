/* port.c: the peripheral of a board that is emulated: samples, bus, light and event line. firmware/port.py says how the
 * other side sees it. */
#include "port.h"

#include "hal.h"
#include "ss_port.h"
#include "ss_uart.h"

#define WORD(offset) (*(volatile uint32_t *)(SS_PORT + (offset)))
#define BYTES ((volatile uint8_t *)(SS_PORT + SS_PORT_BYTES))
#define SAMPLES ((const volatile int16_t *)(SS_PORT + SS_PORT_SAMPLES))

static struct ss_registers *registers;
static struct ss_ring *ring;
static struct ss_bus i2c;
static struct ss_uart uart;
static volatile uint32_t resting; /* samples until the rest is over */

uint8_t ss_hal_reset_cause(void)
{
    return (uint8_t)WORD(SS_PORT_CAUSE);
}

void ss_port_show(void)
{
    WORD(SS_PORT_LINE) = registers->attention ^ 1u ^ ss_setting(registers, SS_INT_POL);
    WORD(SS_PORT_LIGHT) = WORD(SS_PORT_SAMPLING) & ss_setting(registers, SS_LED);
    WORD(SS_PORT_ADDRESS) = ss_setting(registers, SS_ADDR);
}

void ss_hal_start(struct ss_registers *r, struct ss_ring *samples)
{
    registers = r;
    ring = samples;
    ss_bus_open(&i2c, r);
    ss_uart_open(&uart, r);
    ss_port_show();
}

void ss_hal_sampling(uint8_t on)
{
    WORD(SS_PORT_SAMPLING) = on;
    resting = 0;
}

uint8_t ss_hal_transducer(void)
{
    return WORD(SS_PORT_SILENT) == 0;
}

void ss_hal_rest(uint16_t seconds)
{
    resting = seconds * (SS_RATE_NUMERATOR / SS_RATE_DENOMINATOR) +
              seconds * (SS_RATE_NUMERATOR % SS_RATE_DENOMINATOR) / SS_RATE_DENOMINATOR;
}

uint8_t ss_hal_resting(void)
{
    return resting != 0;
}

/* Samples pass unseen while the transducer is stopped; a rest ends with one of them, and those behind it wait. */
static uint32_t pass(uint32_t waiting)
{
    uint32_t passed = resting != 0 && resting < waiting ? resting : waiting;
    resting -= resting < passed ? resting : passed;
    return passed;
}

static uint32_t put(uint32_t waiting)
{
    uint32_t room = ss_ring_room(ring), count = waiting < room ? waiting : room;
    for (uint32_t n = 0; n < count; n++) {
        ss_sample *slot = ss_ring_slot(ring);
        for (uint32_t i = 0; i < SS_CHANNELS; i++)
            slot[i] = (ss_sample)SAMPLES[(WORD(SS_PORT_NEXT) + n) * SS_CHANNELS + i];
        ss_ring_put(ring);
    }
    return count;
}

void ss_samples_isr(void)
{
    uint32_t waiting = WORD(SS_PORT_WAITING);
    uint32_t count = WORD(SS_PORT_SAMPLING) ? put(waiting) : pass(waiting);
    WORD(SS_PORT_NEXT) += count;
    WORD(SS_PORT_WAITING) = waiting - count;
    ring->lost += WORD(SS_PORT_LOST);
    WORD(SS_PORT_LOST) = 0;
}

static void serve_uart(uint32_t length)
{
    uint8_t reply[SS_UART_FRAME];
    uint32_t size = 0;
    for (uint32_t i = 0; i < length && size == 0; i++)
        size = ss_uart_receive(&uart, BYTES[i], reply);
    for (uint32_t i = 0; i < size; i++)
        BYTES[i] = reply[i];
    WORD(SS_PORT_LENGTH) = size;
}

void ss_bus_isr(void)
{
    uint32_t length = WORD(SS_PORT_LENGTH);
    switch (WORD(SS_PORT_PHASE)) {
    case SS_PHASE_START_WRITE:
        ss_bus_start_write(&i2c);
        break;
    case SS_PHASE_WRITE:
        for (uint32_t i = 0; i < length; i++)
            ss_bus_write(&i2c, BYTES[i]);
        break;
    case SS_PHASE_START_READ:
        ss_bus_start_read(&i2c);
        break;
    case SS_PHASE_READ:
        for (uint32_t i = 0; i < length; i++)
            BYTES[i] = ss_bus_read(&i2c);
        break;
    case SS_PHASE_STOP:
        ss_bus_end(&i2c);
        break;
    case SS_PHASE_UART:
        serve_uart(length);
        break;
    default:
        break;
    }
    WORD(SS_PORT_PHASE) = SS_PHASE_NONE;
    ss_port_show();
}

uint8_t ss_port_waiting(void)
{
    return WORD(SS_PORT_WAITING) != 0;
}

void ss_port_restarted(void)
{
    WORD(SS_PORT_CAUSE) = SS_RESET_CAUSE_COMMAND;
    WORD(SS_PORT_SAMPLING) = 0;
}
