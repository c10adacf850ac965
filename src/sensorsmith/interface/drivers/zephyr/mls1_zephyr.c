#define DT_DRV_COMPAT sensorsmith_mls1

#include <errno.h>

#include <zephyr/device.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include "mls1_sensor.h"

LOG_MODULE_REGISTER(mls1, CONFIG_SENSOR_LOG_LEVEL);

struct mls1_config {
    struct i2c_dt_spec i2c;
};

struct mls1_data {
    struct mls1 sensor;
    struct mls1_result result;
};

static int write_bytes(void *context, const uint8_t *data, uint8_t size)
{
    const struct mls1_config *config = ((const struct device *)context)->config;
    return i2c_write_dt(&config->i2c, data, size);
}

static int read_bytes(void *context, int pointer, uint8_t *data, uint8_t size)
{
    const struct mls1_config *config = ((const struct device *)context)->config;
    uint8_t first = (uint8_t)pointer;
    if (pointer == MLS1_NO_POINTER)
        return i2c_read_dt(&config->i2c, data, size);
    return i2c_write_read_dt(&config->i2c, &first, 1, data, size);
}

static void wait_ms(void *context, uint32_t ms)
{
    ARG_UNUSED(context);
    k_msleep((int32_t)ms);
}

struct mls1 *mls1_of(const struct device *device)
{
    return &((struct mls1_data *)device->data)->sensor;
}

static int fetch(const struct device *device, enum sensor_channel channel)
{
    struct mls1_data *data = device->data;
    ARG_UNUSED(channel);
    int error = mls1_read_result(&data->sensor, &data->result);
    if (error)
        LOG_WRN("%s", mls1_words(error));
    return error ? -EIO : 0;
}

static int get(const struct device *device, enum sensor_channel channel, struct sensor_value *value)
{
    const struct mls1_result *result = &((const struct mls1_data *)device->data)->result;
    value->val2 = 0;
    switch ((int)channel) {
    case MLS1_CHANNEL_CLASS:
        value->val1 = result->class_index;
        return 0;
    case MLS1_CHANNEL_CONFIDENCE:
        value->val1 = 0;
        value->val2 = (int32_t)result->confidence * 15625 / 4; /* millionths: 1000000 / 256 */
        return 0;
    case MLS1_CHANNEL_STATUS:
        value->val1 = result->status;
        return 0;
    case MLS1_CHANNEL_SEQUENCE:
        value->val1 = (int32_t)result->sequence;
        return 0;
    case MLS1_CHANNEL_EVENTS:
        value->val1 = result->events;
        return 0;
    default:
        return -ENOTSUP;
    }
}

static DEVICE_API(sensor, api) = {.sample_fetch = fetch, .channel_get = get};

static int start(const struct device *device)
{
    const struct mls1_config *config = device->config;
    struct mls1_data *data = device->data;
    const struct mls1_bus bus = {(void *)(uintptr_t)device, write_bytes, read_bytes, wait_ms};
    if (!i2c_is_ready_dt(&config->i2c))
        return -ENODEV;
    int error = mls1_open(&data->sensor, &bus);
    if (error)
        LOG_ERR("%s", mls1_words(error));
    return error ? -ENODEV : 0;
}

#define MLS1_DEVICE(n)                                                                                     \
    static struct mls1_data data_##n;                                                                      \
    static const struct mls1_config config_##n = {.i2c = I2C_DT_SPEC_INST_GET(n)};                         \
    SENSOR_DEVICE_DT_INST_DEFINE(n, start, NULL, &data_##n, &config_##n, POST_KERNEL, CONFIG_SENSOR_INIT_PRIORITY, &api);

DT_INST_FOREACH_STATUS_OKAY(MLS1_DEVICE)
