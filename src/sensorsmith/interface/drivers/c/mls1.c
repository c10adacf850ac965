#include "mls1.h"

struct limit {
    uint8_t address, size;
    uint16_t least, most;
};

static const struct limit limits[] = MLS1_LIMITS;
static const uint8_t magic[MLS1_MAGIC_SIZE] = MLS1_MAGIC_VALUE;

static uint16_t u16(const uint8_t *from)
{
    return (uint16_t)(from[0] | (uint16_t)((uint16_t)from[1] << 8));
}

static uint32_t u32(const uint8_t *from)
{
    return (uint32_t)u16(from) | (uint32_t)u16(from + 2) << 16;
}

uint8_t mls1_crc8(const uint8_t *data, uint8_t size)
{
    uint8_t crc = MLS1_CRC_INITIAL;
    for (uint8_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (uint8_t bit = 0; bit < 8; bit++)
            crc = (uint8_t)(crc & 0x80u ? (uint8_t)(crc << 1) ^ MLS1_CRC_POLYNOMIAL : (uint8_t)(crc << 1));
    }
    return crc;
}

static int send(struct mls1 *m, const uint8_t *data, uint8_t size)
{
    for (uint8_t i = 0; i < MLS1_TRIES; i++)
        if (m->bus.write(m->bus.context, data, size) == 0)
            return MLS1_OK;
    return MLS1_NO_ANSWER;
}

static int put(struct mls1 *m, uint8_t address, uint8_t value)
{
    const uint8_t data[2] = {address, value};
    return send(m, data, 2);
}

/* A block of `size` bytes whose last is its check sum. */
static int block(struct mls1 *m, uint8_t address, uint8_t *data, uint8_t size)
{
    int error = MLS1_NO_ANSWER;
    for (uint8_t i = 0; i < MLS1_TRIES && error; i++) {
        error = m->bus.read(m->bus.context, address, data, size) ? MLS1_NO_ANSWER : MLS1_OK;
        if (!error && mls1_crc8(data, size) != 0)
            error = MLS1_WRONG_SUM;
    }
    return error;
}

/* A block that is full; its check sum stands in CHECK, at `at`. */
static int full_block(struct mls1 *m, uint8_t address, uint8_t *data, uint8_t size, uint8_t at)
{
    uint8_t check[MLS1_CHECK_SIZE];
    int error = block(m, MLS1_CHECK, check, MLS1_CHECK_SIZE);
    for (uint8_t i = 0; i < MLS1_TRIES && !error; i++) {
        error = m->bus.read(m->bus.context, address, data, size) ? MLS1_NO_ANSWER : MLS1_OK;
        if (!error && mls1_crc8(data, size) == check[at - MLS1_CHECK])
            return MLS1_OK;
    }
    return error ? error : MLS1_WRONG_SUM;
}

int mls1_open(struct mls1 *m, const struct mls1_bus *bus)
{
    uint8_t data[MLS1_IDENTITY_SIZE];
    m->bus = *bus;
    m->seen = 0;
    int error = block(m, MLS1_IDENTITY, data, MLS1_IDENTITY_SIZE);
    if (error == MLS1_NO_ANSWER)
        return error;
    for (uint8_t i = 0; i < MLS1_MAGIC_SIZE && !error; i++)
        error = data[i] != magic[i];
    if (error)
        return MLS1_NOT_A_SENSOR;
    if (data[MLS1_IF_VER] != MLS1_MAJOR)
        return MLS1_OTHER_VERSION;
    m->version = u16(data + MLS1_IF_VER);
    m->vendor = u16(data + MLS1_VENDOR);
    m->product = u16(data + MLS1_PRODUCT);
    m->modality = data[MLS1_MODALITY];
    m->task = data[MLS1_TASK];
    m->classes = data[MLS1_N_CLASS];
    m->confidence_bits = data[MLS1_CONF_BITS];
    m->capabilities = data[MLS1_CAPS];
    return MLS1_OK;
}

int mls1_read_result(struct mls1 *m, struct mls1_result *result)
{
    uint8_t data[MLS1_RESULT_SIZE];
    int error = block(m, MLS1_RESULT, data, MLS1_RESULT_SIZE);
    if (error)
        return error;
    result->status = data[MLS1_STATUS - MLS1_RESULT];
    result->class_index = data[MLS1_CLASS - MLS1_RESULT];
    result->confidence = data[MLS1_CONF - MLS1_RESULT];
    result->count = data[MLS1_COUNT - MLS1_RESULT];
    result->sequence = u32(data + (MLS1_SEQ - MLS1_RESULT));
    result->time_ms = u32(data + (MLS1_TIME_MS - MLS1_RESULT));
    result->events = u16(data + (MLS1_EVENTS - MLS1_RESULT));
    result->period_ds = data[MLS1_PERIOD_DS - MLS1_RESULT];
    return MLS1_OK;
}

int mls1_next(struct mls1 *m, struct mls1_result *result, uint8_t *fresh)
{
    int error = mls1_read_result(m, result);
    *fresh = !error && result->sequence != m->seen && (result->status & (MLS1_STATUS_VALID | MLS1_STATUS_ABSTAIN)) != 0;
    if (*fresh)
        m->seen = result->sequence;
    return error;
}

int mls1_text(struct mls1 *m, uint8_t selector, char *text)
{
    uint8_t data[MLS1_TEXT_SIZE];
    uint8_t size = 0;
    int error = put(m, MLS1_TEXT_SEL, selector);
    if (!error)
        error = block(m, MLS1_TEXT, data, MLS1_TEXT_SIZE);
    if (!error && data[0] != selector)
        error = MLS1_NOT_AS_SENT;
    if (!error && data[1] <= MLS1_TEXT_UTF8_SIZE)
        size = data[1];
    for (uint8_t i = 0; i < size; i++)
        text[i] = (char)data[MLS1_TEXT_UTF8 - MLS1_TEXT + i];
    text[size] = 0;
    return error;
}

int mls1_tallies(struct mls1 *m, uint8_t *tallies)
{
    uint8_t data[MLS1_TALLY_SIZE];
    int error = block(m, MLS1_TALLY, data, MLS1_TALLY_SIZE);
    for (uint8_t i = 0; i < MLS1_TALLIES_SIZE && !error; i++)
        tallies[i] = data[i];
    return error;
}

int mls1_model_id(struct mls1 *m, uint8_t *id)
{
    return full_block(m, MLS1_MODEL_ID, id, MLS1_MODEL_ID_SIZE, MLS1_MODEL_ID_CRC);
}

int mls1_build_id(struct mls1 *m, uint8_t *ids)
{
    return full_block(m, MLS1_BUILD, ids, MLS1_BUILD_SIZE, MLS1_BUILD_CRC);
}

static int config(struct mls1 *m, uint8_t *data)
{
    return block(m, MLS1_CONFIG, data, MLS1_CONFIG_SIZE);
}

int mls1_read_settings(struct mls1 *m, struct mls1_settings *settings)
{
    uint8_t data[MLS1_CONFIG_SIZE];
    int error = config(m, data);
    for (uint8_t i = 0; i < MLS1_SETTINGS_SIZE && !error; i++)
        settings->bytes[i] = data[i];
    return error;
}

static const struct limit *limit_of(uint8_t address)
{
    for (uint8_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (limits[i].address == address)
            return &limits[i];
    return 0;
}

uint16_t mls1_get(const struct mls1_settings *settings, uint8_t address)
{
    const struct limit *limit = limit_of(address);
    const uint8_t *at = settings->bytes + (address - MLS1_SETTINGS);
    return limit && limit->size == 2 ? u16(at) : at[0];
}

int mls1_set(struct mls1_settings *settings, uint8_t address, uint16_t value)
{
    const struct limit *limit = limit_of(address);
    if (!limit || value < limit->least || value > limit->most)
        return MLS1_OUT_OF_LIMITS;
    settings->bytes[address - MLS1_SETTINGS] = (uint8_t)(value & 0xFFu);
    if (limit->size == 2)
        settings->bytes[address - MLS1_SETTINGS + 1u] = (uint8_t)(value >> 8);
    return MLS1_OK;
}

static int send_settings(struct mls1 *m, const struct mls1_settings *settings)
{
    uint8_t data[1 + MLS1_SETTINGS_SIZE], back[MLS1_CONFIG_SIZE];
    data[0] = MLS1_SETTINGS;
    for (uint8_t i = 0; i < MLS1_SETTINGS_SIZE; i++)
        data[1 + i] = settings->bytes[i];
    int error = send(m, data, sizeof data);
    if (!error)
        error = config(m, back);
    for (uint8_t i = 0; i < MLS1_SETTINGS_SIZE && !error; i++)
        error = back[i] != settings->bytes[i] ? MLS1_NOT_AS_SENT : MLS1_OK;
    return error;
}

int mls1_configure(struct mls1 *m, const struct mls1_settings *settings)
{
    uint8_t data[MLS1_CONFIG_SIZE];
    struct mls1_result result;
    int error = config(m, data);
    if (!error && data[MLS1_LOCK - MLS1_CONFIG])
        return MLS1_LOCKED;
    if (!error)
        error = MLS1_NOT_AS_SENT;
    for (uint8_t i = 0; i < MLS1_TRIES && error == MLS1_NOT_AS_SENT; i++)
        error = send_settings(m, settings);
    if (!error)
        error = put(m, MLS1_COMMIT, MLS1_KEY);
    if (!error)
        error = mls1_read_result(m, &result);
    return !error && result.status & MLS1_STATUS_CONFIG_ERROR ? MLS1_REFUSED : error;
}

int mls1_lock(struct mls1 *m)
{
    uint8_t data[MLS1_CONFIG_SIZE];
    int error = put(m, MLS1_LOCK, MLS1_KEY);
    if (!error)
        error = config(m, data);
    return !error && !data[MLS1_LOCK - MLS1_CONFIG] ? MLS1_REFUSED : error;
}

int mls1_command(struct mls1 *m, uint8_t command, uint32_t timeout_ms)
{
    const uint32_t step = 10;
    uint8_t data[MLS1_CONTROL_SIZE];
    int error = put(m, MLS1_CMD, command);
    for (uint32_t waited = 0; !error; waited += step) {
        error = block(m, MLS1_CONTROL, data, MLS1_CONTROL_SIZE);
        uint8_t state = data[MLS1_CMD_STATE - MLS1_CONTROL];
        if (error || state == MLS1_CMD_STATE_DONE)
            return error;
        if (state != MLS1_CMD_STATE_BUSY)
            return MLS1_REFUSED;
        if (waited >= timeout_ms)
            return MLS1_TOO_LATE;
        m->bus.wait(m->bus.context, step);
    }
    return error;
}

int mls1_self_test(struct mls1 *m, uint8_t *passed, uint32_t timeout_ms)
{
    uint8_t data[MLS1_CONTROL_SIZE];
    int error = mls1_command(m, MLS1_CMD_SELF_TEST, timeout_ms);
    if (!error)
        error = block(m, MLS1_CONTROL, data, MLS1_CONTROL_SIZE);
    *passed = error ? 0 : data[MLS1_SELFTEST - MLS1_CONTROL];
    return error;
}

int mls1_errors(struct mls1 *m, uint8_t *last, uint16_t *count)
{
    uint8_t data[MLS1_CONTROL_SIZE];
    int error = block(m, MLS1_CONTROL, data, MLS1_CONTROL_SIZE);
    if (!error) {
        *last = data[MLS1_LAST_ERR - MLS1_CONTROL];
        *count = u16(data + (MLS1_ERR_COUNT - MLS1_CONTROL));
    }
    return error;
}

const char *mls1_words(int error)
{
    switch (error) {
    case MLS1_OK:
        return "all is well";
    case MLS1_NO_ANSWER:
        return "no answer on the bus; check power, wiring, pull-ups and the address";
    case MLS1_NOT_A_SENSOR:
        return "what answers is not an ML sensor; check the address";
    case MLS1_OTHER_VERSION:
        return "it speaks another version of the map; use a driver for that version";
    case MLS1_WRONG_SUM:
        return "wrong check sums; check wiring and pull-ups";
    case MLS1_NOT_AS_SENT:
        return "bytes do not arrive as they were sent; check wiring and pull-ups";
    case MLS1_OUT_OF_LIMITS:
        return "a setting is out of its limits; the reference of the registers has them";
    case MLS1_LOCKED:
        return "the settings are locked until power is off";
    case MLS1_REFUSED:
        return "the sensor refused; LAST_ERR says why";
    case MLS1_TOO_LATE:
        return "the sensor is still busy; is it in standby without samples?";
    default:
        return "an unknown error";
    }
}
