/* hal_emulated.c: samples and bus of a board that is emulated (firmware/port.py says how the port works). */
#include "hal.h"
#include "ss_port.h"

#define WORD(address) (*(volatile uint32_t *)(address))
#define BYTE_AT(address, i) (((volatile uint8_t *)(address))[i])
#define SAMPLE_AT(address, i) (((const volatile int16_t *)(address))[i])

static struct ss_registers *bus;

void ss_hal_start(struct ss_registers *registers)
{
    bus = registers;
}

uint16_t ss_hal_samples(int16_t *to, uint16_t most, uint8_t channels)
{
    uint32_t waiting = WORD(SS_PORT_WAITING);
    uint32_t first = WORD(SS_PORT_NEXT);
    uint32_t count = waiting < most ? waiting : most;
    for (uint32_t i = 0; i < count * channels; i++)
        to[i] = SAMPLE_AT(SS_PORT_SAMPLES, first * channels + i);
    WORD(SS_PORT_NEXT) = first + count;
    WORD(SS_PORT_WAITING) = waiting - count;
    return (uint16_t)count;
}

static void serve_bus(void)
{
    uint32_t length = WORD(SS_PORT_LENGTH);
    switch (WORD(SS_PORT_PHASE)) {
    case SS_PHASE_START_WRITE:
        ss_bus_start_write(bus);
        break;
    case SS_PHASE_WRITE:
        for (uint32_t i = 0; i < length; i++)
            ss_bus_write(bus, BYTE_AT(SS_PORT_BYTES, i));
        break;
    case SS_PHASE_START_READ:
        ss_bus_start_read(bus);
        break;
    case SS_PHASE_READ:
        for (uint32_t i = 0; i < length; i++)
            BYTE_AT(SS_PORT_BYTES, i) = ss_bus_read(bus);
        break;
    case SS_PHASE_END_READ:
        ss_bus_end_read(bus);
        break;
    default:
        break;
    }
    WORD(SS_PORT_PHASE) = SS_PHASE_NONE;
}

/* The emulator stops here and wakes the processor at the caller. */
__attribute__((noinline)) void ss_idle(void);
void ss_idle(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

void ss_hal_wait(void)
{
    ss_idle();
    serve_bus();
}
