#include "ss_registers.h"

#include "ss_hold.h"

struct block {
    uint8_t start, size, crc;
};

struct limit {
    uint8_t offset, size;
    uint16_t least, most;
};

struct text {
    uint8_t selector, size;
    uint8_t content[SS_TEXT_UTF8_SIZE];
};

static const struct block blocks[] = SS_BLOCKS_VALUE;
static const struct limit limits[] = SS_LIMITS_VALUE;
static const struct text texts[] = SS_TEXTS_VALUE;
static const uint8_t power_on[256] = SS_POWER_ON_VALUE;

_Static_assert((SS_BLOCK_MAXIMUM & (SS_BLOCK_MAXIMUM - 1u)) == 0, "places in a block are cut with a mask");

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void copy(uint8_t *to, const uint8_t *from, uint8_t size)
{
    for (uint8_t i = 0; i < size; i++)
        to[i] = from[i];
}

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

static uint16_t get_u16(const uint8_t *from)
{
    return (uint16_t)((uint32_t)from[0] | (uint32_t)from[1] << 8);
}

static uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)get_u16(from) | (uint32_t)get_u16(from + 2) << 16;
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

static void note(struct ss_registers *r, uint8_t error)
{
    uint16_t count = get_u16(r->map + SS_ERR_COUNT);
    r->map[SS_LAST_ERR] = error;
    put_u16(r->map + SS_ERR_COUNT, (uint16_t)(count + (count < 0xFFFFu)));
}

/* Without a branch: one of the events is that the class has changed. */
static void raise_line(struct ss_registers *r, uint8_t events)
{
    uint32_t asked = (uint32_t)r->settings[SS_INT_MASK - SS_SETTINGS] & events;
    r->attention = (uint8_t)(r->attention | (0u - asked) >> 31);
}

static void show_text(struct ss_registers *r, uint8_t selector)
{
    uint8_t size = 0;
    const uint8_t *content = 0;
    for (uint16_t i = 0; i < COUNT(texts); i++)
        if (texts[i].selector == selector) {
            size = texts[i].size;
            content = texts[i].content;
        }
    r->map[SS_TEXT_SEL] = selector;
    r->map[SS_TEXT_LENGTH] = size;
    for (uint8_t i = 0; i < SS_TEXT_UTF8_SIZE; i++)
        r->map[SS_TEXT_UTF8 + i] = i < size ? content[i] : 0;
}

void ss_registers_start(struct ss_registers *r, const uint8_t *build_id, uint8_t cause)
{
    for (uint16_t i = 0; i < sizeof power_on; i++)
        r->map[i] = power_on[i];
    copy(r->map + SS_BUILD, build_id, SS_BUILD_SIZE);
    r->map[SS_MODEL_ID_CRC] = ss_crc8(r->map + SS_MODEL_ID, SS_MODEL_ID_SIZE);
    r->map[SS_BUILD_CRC] = ss_crc8(r->map + SS_BUILD, SS_BUILD_SIZE);
    r->map[SS_RESET_CAUSE] = cause;
    copy(r->settings, r->map + SS_SETTINGS, SS_SETTINGS_SIZE);
    show_text(r, 0);
    r->command = 0;
    r->attention = 0;
    r->seen = 0;
}

/* Bit or counter of a class: the last one stands for its class and all above. No branch depends on the class. */
static uint32_t at_most(uint32_t value, uint32_t last)
{
    uint32_t past = 0u - ((last - value) >> 31);
    return (value & ~past) | (last & past);
}

/* All of TALLIES is written, so that time does not tell the class; `started` is 1 or 0. */
static void count_start(uint8_t *tallies, uint32_t class_index, uint32_t started)
{
    uint32_t mine = at_most(class_index, SS_TALLIES_SIZE - 1u);
    for (uint32_t i = 0; i < SS_TALLIES_SIZE; i++) {
        uint32_t count = tallies[i];
        uint32_t same = ((i ^ mine) - 1u) >> 31;
        tallies[i] = (uint8_t)(count + (started & same & ((count - 255u) >> 31)));
    }
}

void ss_publish(struct ss_registers *r, const struct ss_result *result)
{
    uint8_t *map = r->map;
    uint32_t class_index = result->class_index;
    uint32_t named = (class_index - SS_NONE) >> 31; /* 1 when there is a class */
    uint32_t changed = (0u - (class_index ^ map[SS_CLASS])) >> 31;
    uint32_t event = named << (at_most(class_index, 15u) & 15u); /* the mask is for whoever proves the shift */
    uint32_t status = result->status | (SS_STATUS_VALID & (0u - named)) | (SS_STATUS_ABSTAIN & (named - 1u));

    ss_hold();
    map[SS_STATUS] = (uint8_t)(status | (map[SS_STATUS] & SS_STATUS_CONFIG_ERROR));
    map[SS_CLASS] = result->class_index;
    map[SS_CONF] = result->confidence;
    put_u32(map + SS_SEQ, get_u32(map + SS_SEQ) + 1u);
    put_u32(map + SS_TIME_MS, result->time_ms);
    put_u16(map + SS_EVENTS, (uint16_t)(get_u16(map + SS_EVENTS) | event));
    count_start(map + SS_TALLIES, class_index, named & changed);
    raise_line(r, (uint8_t)(SS_INT_MASK_RESULT | (SS_INT_MASK_CHANGE & (0u - changed))));
    ss_release();
}

void ss_withdraw(struct ss_registers *r, uint8_t status)
{
    ss_hold();
    r->map[SS_STATUS] = (uint8_t)(status | (r->map[SS_STATUS] & SS_STATUS_CONFIG_ERROR));
    r->map[SS_CLASS] = SS_NONE;
    r->map[SS_CONF] = 0;
    if (status & SS_STATUS_SENSOR_FAULT)
        raise_line(r, SS_INT_MASK_FAULT);
    ss_release();
}

void ss_report(struct ss_registers *r, uint8_t error)
{
    ss_hold();
    note(r, error);
    ss_release();
}

uint8_t ss_setting(const struct ss_registers *r, uint8_t address)
{
    return r->settings[address - SS_SETTINGS];
}

uint16_t ss_setting_u16(const struct ss_registers *r, uint8_t address)
{
    ss_hold();
    uint16_t value = get_u16(r->settings + (address - SS_SETTINGS));
    ss_release();
    return value;
}

uint8_t ss_take_command(const struct ss_registers *r)
{
    return *(const volatile uint8_t *)&r->command;
}

void ss_end_command(struct ss_registers *r, uint8_t state)
{
    ss_hold();
    r->command = 0;
    r->map[SS_CMD_STATE] = state;
    ss_release();
}

void ss_clear(struct ss_registers *r)
{
    ss_hold();
    put_u16(r->map + SS_EVENTS, 0);
    for (uint8_t i = 0; i < SS_TALLIES_SIZE; i++)
        r->map[SS_TALLIES + i] = 0;
    ss_release();
}

void ss_self_tested(struct ss_registers *r, uint8_t passed)
{
    ss_hold();
    r->map[SS_SELFTEST] = (uint8_t)(SS_SELFTEST_RUN | passed);
    ss_release();
}

static uint8_t acceptable(const uint8_t *settings)
{
    for (uint8_t i = 0; i < COUNT(limits); i++) {
        const uint8_t *at = settings + limits[i].offset;
        uint16_t value = limits[i].size == 2 ? get_u16(at) : at[0];
        if (value < limits[i].least || value > limits[i].most)
            return 0;
    }
    return 1;
}

static void commit(struct ss_registers *r)
{
    uint8_t *staged = r->map + SS_SETTINGS;
    if (acceptable(staged)) {
        copy(r->settings, staged, SS_SETTINGS_SIZE);
        r->map[SS_CFG_VER]++;
        r->map[SS_STATUS] &= (uint8_t)~SS_STATUS_CONFIG_ERROR;
    } else {
        copy(staged, r->settings, SS_SETTINGS_SIZE);
        r->map[SS_STATUS] |= SS_STATUS_CONFIG_ERROR;
        note(r, SS_LAST_ERR_BAD_SETTING);
    }
    r->map[SS_COMMIT] = 0;
}

static void give_command(struct ss_registers *r, uint8_t command)
{
    uint8_t error = SS_LAST_ERR_NONE;
    if (command < SS_CMD_SINGLE || command > SS_CMD_RESET)
        error = SS_LAST_ERR_BAD_COMMAND;
    else if (command == SS_CMD_RESET && r->map[SS_LOCK]) /* it would open the lock */
        error = SS_LAST_ERR_LOCKED;
    else if (r->command)
        error = SS_LAST_ERR_BUSY;
    if (error) {
        note(r, error);
        r->map[SS_CMD_STATE] = r->command ? SS_CMD_STATE_BUSY : SS_CMD_STATE_REFUSED;
    } else {
        r->map[SS_CMD_STATE] = SS_CMD_STATE_BUSY;
        r->command = command;
    }
}

/* Settings, COMMIT and LOCK; none of them can be written any more when they are locked. */
static void configure(struct ss_registers *r, uint8_t address, uint8_t byte)
{
    if (r->map[SS_LOCK])
        note(r, SS_LAST_ERR_LOCKED);
    else if (address < SS_COMMIT) {
        r->map[address] = byte;
        r->map[SS_COMMIT] = 1;
    } else if (byte != SS_KEY)
        note(r, SS_LAST_ERR_BAD_VALUE);
    else if (address == SS_COMMIT)
        commit(r);
    else
        r->map[SS_LOCK] = 1;
}

/* Everything that a host can change begins in this function. */
static void change(struct ss_registers *r, uint8_t address, uint8_t byte)
{
    if (address >= SS_SETTINGS && address <= SS_LOCK)
        configure(r, address, byte);
    else if (address == SS_CMD)
        give_command(r, byte);
    else if (address == SS_TEXT_SEL)
        show_text(r, byte);
    else
        note(r, SS_LAST_ERR_READ_ONLY);
}

void ss_bus_open(struct ss_bus *bus, struct ss_registers *r)
{
    bus->registers = r;
    ss_bus_end(bus);
}

void ss_bus_start_write(struct ss_bus *bus)
{
    bus->awaits_pointer = 1;
}

void ss_bus_write(struct ss_bus *bus, uint8_t byte)
{
    if (bus->awaits_pointer)
        bus->pointer = byte;
    else
        change(bus->registers, bus->pointer++, byte);
    bus->awaits_pointer = 0;
}

/* Everything that a host can see passes through this function. */
static void latch(struct ss_bus *bus, uint8_t address)
{
    const struct ss_registers *r = bus->registers;
    struct block block = {address, 1, 0};
    for (uint8_t i = 0; i < COUNT(blocks); i++)
        if ((uint8_t)(address - blocks[i].start) < blocks[i].size)
            block = blocks[i];
    copy(bus->latched, r->map + block.start, block.size);
    bus->latched_from = block.start;
    bus->latched_size = block.size;
    if (block.start == SS_RESULT && get_u32(r->map + SS_SEQ) != r->seen &&
        (r->map[SS_STATUS] & (SS_STATUS_VALID | SS_STATUS_ABSTAIN)))
        bus->latched[SS_STATUS - SS_RESULT] |= SS_STATUS_NEW;
    if (block.crc)
        bus->latched[block.size - 1] = ss_crc8(bus->latched, (uint8_t)(block.size - 1));
}

void ss_bus_start_read(struct ss_bus *bus)
{
    latch(bus, bus->pointer);
}

uint8_t ss_bus_read(struct ss_bus *bus)
{
    uint8_t address = bus->pointer++;
    if ((uint8_t)(address - bus->latched_from) >= bus->latched_size)
        latch(bus, address);
    if (address == SS_STATUS) {
        bus->registers->seen = get_u32(bus->latched + (SS_SEQ - SS_RESULT));
        bus->registers->attention = 0;
    }
    return bus->latched[(address - bus->latched_from) & (SS_BLOCK_MAXIMUM - 1u)];
}

void ss_bus_end(struct ss_bus *bus)
{
    bus->pointer = SS_RESULT;
    bus->awaits_pointer = 0;
    bus->latched_size = 0;
}
