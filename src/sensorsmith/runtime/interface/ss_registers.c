#include "ss_registers.h"

#include <stdatomic.h>

static void put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value & 0xFFu);
    to[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *to, uint32_t value)
{
    put_u16(to, (uint16_t)(value & 0xFFFFu));
    put_u16(to + 2, (uint16_t)(value >> 16));
}

static uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

uint8_t ss_crc8(const uint8_t *data, uint8_t size)
{
    uint32_t crc = 0xFFu;
    for (uint8_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (uint8_t bit = 0; bit < 8; bit++)
            crc = ((crc << 1) ^ (0x31u & (0u - (crc >> 7)))) & 0xFFu;
    }
    return (uint8_t)crc;
}

static void write_result(uint8_t *block, uint8_t status, uint8_t class_index, uint8_t confidence)
{
    block[SS_STATUS - SS_RESULT] = status;
    block[SS_CLASS - SS_RESULT] = class_index;
    block[SS_CONF - SS_RESULT] = confidence;
    block[SS_COUNT - SS_RESULT] = SS_NONE;
    block[SS_PERIOD_DS - SS_RESULT] = SS_PERIOD_DS_VALUE;
}

void ss_registers_start(struct ss_registers *r, uint8_t classes, const uint8_t *model_id, const uint8_t *build_id)
{
    static const uint8_t magic[SS_MAGIC_SIZE] = SS_MAGIC_VALUE;

    for (uint8_t i = 0; i < SS_MAGIC_SIZE; i++)
        r->identity[SS_MAGIC + i] = magic[i];
    put_u16(r->identity + SS_IF_VER, SS_IF_VER_VALUE);
    put_u16(r->identity + SS_VENDOR, SS_VENDOR_VALUE);
    put_u16(r->identity + SS_PRODUCT, SS_PRODUCT_VALUE);
    r->identity[SS_MODALITY] = SS_MODALITY_VALUE;
    r->identity[SS_TASK] = SS_TASK_VALUE;
    r->identity[SS_N_CLASS] = classes;
    r->identity[SS_CONF_BITS] = SS_CONF_BITS_VALUE;
    r->identity[SS_CAPS] = SS_CAPS_VALUE;
    r->identity[SS_IDENTITY_CRC] = ss_crc8(r->identity, SS_IDENTITY_CRC);
    r->model_id = model_id;
    r->build_id = build_id;
    r->pointer = SS_RESULT;
    write_result(r->result[0], SS_STATUS_WARMING_UP, SS_NONE, 0);
}

void ss_publish(struct ss_registers *r, uint8_t class_index, uint8_t confidence, uint32_t time_ms)
{
    uint8_t next = r->current ^ 1u;
    uint8_t *block = r->result[next];
    uint32_t past = 0u - ((uint32_t)(15 - (int32_t)class_index) >> 31);
    uint32_t bit = (class_index & ~past) | (15u & past);

    r->sequence++;
    r->events = (uint16_t)(r->events | (uint32_t)1 << bit);
    write_result(block, SS_STATUS_VALID, class_index, confidence);
    put_u32(block + (SS_SEQ - SS_RESULT), r->sequence);
    put_u32(block + (SS_TIME_MS - SS_RESULT), time_ms);
    put_u16(block + (SS_EVENTS - SS_RESULT), r->events);
    atomic_signal_fence(memory_order_release); /* the block is whole before an interrupt can find it */
    r->current = next;
}

void ss_bus_start_write(struct ss_registers *r)
{
    r->awaits_pointer = 1;
}

void ss_bus_write(struct ss_registers *r, uint8_t byte)
{
    if (r->awaits_pointer)
        r->pointer = byte;
    r->awaits_pointer = 0;
}

void ss_bus_start_read(struct ss_registers *r)
{
    const uint8_t *block = r->result[r->current];
    for (uint8_t i = 0; i < SS_RESULT_SIZE; i++)
        r->latched[i] = block[i];
    if (get_u32(r->latched + (SS_SEQ - SS_RESULT)) != r->seen)
        r->latched[SS_STATUS - SS_RESULT] |= SS_STATUS_NEW;
    r->latched[SS_RESULT_CRC - SS_RESULT] = ss_crc8(r->latched, SS_RESULT_SIZE - 1);
}

/* Everything the host can see stands in this function. */
static uint8_t visible(const struct ss_registers *r, uint8_t address)
{
    if (address < SS_IDENTITY + SS_IDENTITY_SIZE)
        return r->identity[address - SS_IDENTITY];
    if (address >= SS_RESULT && address < SS_RESULT + SS_RESULT_SIZE)
        return r->latched[address - SS_RESULT];
    if (address >= SS_MODEL_ID && address < SS_MODEL_ID + SS_MODEL_ID_SIZE)
        return r->model_id[address - SS_MODEL_ID];
    if (address >= SS_BUILD && address < SS_BUILD + SS_BUILD_SIZE)
        return r->build_id[address - SS_BUILD];
    return 0xFF;
}

uint8_t ss_bus_read(struct ss_registers *r)
{
    uint8_t address = r->pointer++;
    if (address == SS_STATUS)
        r->seen = get_u32(r->latched + (SS_SEQ - SS_RESULT));
    return visible(r, address);
}

void ss_bus_end_read(struct ss_registers *r)
{
    r->pointer = SS_RESULT;
}
