#include "ss_uart.h"

void ss_uart_open(struct ss_uart *u, struct ss_registers *r)
{
    ss_bus_open(&u->bus, r);
    u->size = 0;
}

/* Bytes that the frame asks for or brings; 0 when that is none or too many. */
static uint8_t count_of(const struct ss_uart *u)
{
    uint8_t count = u->frame[2];
    return count <= SS_UART_MOST ? count : 0;
}

/* Bytes of the frame that begins in `frame`, or 0 when none can begin like this. */
static uint8_t whole(const struct ss_uart *u)
{
    if (u->frame[0] != 'R' && u->frame[0] != 'W')
        return 0;
    if (u->size < 3)
        return SS_UART_FRAME;
    uint8_t count = count_of(u);
    if (count == 0)
        return 0;
    return (uint8_t)(u->frame[0] == 'R' ? 4 : 4 + count);
}

static uint8_t answer(struct ss_uart *u, uint8_t *reply)
{
    uint8_t count = count_of(u), size = 3;
    reply[0] = (uint8_t)(u->frame[0] + ('r' - 'R'));
    reply[1] = u->frame[1];
    reply[2] = count;
    ss_bus_start_write(&u->bus);
    ss_bus_write(&u->bus, u->frame[1]);
    if (u->frame[0] == 'W') {
        for (uint8_t i = 0; i < count; i++)
            ss_bus_write(&u->bus, u->frame[3 + i]);
    } else {
        ss_bus_start_read(&u->bus);
        for (; size < 3 + count; size++)
            reply[size] = ss_bus_read(&u->bus);
    }
    ss_bus_end(&u->bus);
    reply[size] = ss_crc8(reply, size);
    return (uint8_t)(size + 1);
}

uint8_t ss_uart_receive(struct ss_uart *u, uint8_t byte, uint8_t *reply)
{
    u->frame[u->size++] = byte;
    uint8_t expected = whole(u);
    if (expected != 0 && u->size < expected)
        return 0;
    uint8_t size = u->size;
    u->size = 0;
    if (expected == 0 || ss_crc8(u->frame, (uint8_t)(size - 1)) != u->frame[size - 1])
        return 0;
    return answer(u, reply);
}
