/* Joins the Zephyr driver to a bus that the test gives. */
#include "mls1_sensor.h"

#include <zephyr/drivers/i2c.h>

typedef int (*write_function)(const uint8_t *data, uint8_t size);
typedef int (*read_function)(int pointer, uint8_t *data, uint8_t size);
typedef void (*wait_function)(uint32_t ms);

static write_function bus_write;
static read_function bus_read;
static wait_function bus_wait;
static const char *logged = "";

void stub_log(const char *text);
void stub_log(const char *text) { logged = text; }

int32_t k_msleep(int32_t ms);
int32_t k_msleep(int32_t ms)
{
    bus_wait((uint32_t)ms);
    return 0;
}

bool i2c_is_ready_dt(const struct i2c_dt_spec *spec) { return spec->addr == 0x2A; }

int i2c_write_dt(const struct i2c_dt_spec *spec, const uint8_t *data, uint32_t size)
{
    (void)spec;
    return bus_write(data, (uint8_t)size) ? -5 : 0;
}

int i2c_read_dt(const struct i2c_dt_spec *spec, uint8_t *data, uint32_t size)
{
    (void)spec;
    return bus_read(-1, data, (uint8_t)size) ? -5 : 0;
}

int i2c_write_read_dt(const struct i2c_dt_spec *spec, const void *out, size_t out_size, void *in, size_t in_size)
{
    (void)spec;
    return out_size != 1 || bus_read(*(const uint8_t *)out, in, (uint8_t)in_size) ? -5 : 0;
}

void bench_bus(write_function write, read_function read, wait_function wait);
void bench_bus(write_function write, read_function read, wait_function wait)
{
    bus_write = write;
    bus_read = read;
    bus_wait = wait;
}

int bench_start(void);
int bench_start(void) { return stub_start(&stub_device); }

int bench_fetch(void);
int bench_fetch(void)
{
    const struct sensor_driver_api *api = stub_device.api;
    return api->sample_fetch(&stub_device, SENSOR_CHAN_ALL);
}

int bench_get(int channel, int32_t *value);
int bench_get(int channel, int32_t *value)
{
    const struct sensor_driver_api *api = stub_device.api;
    struct sensor_value found = {0, 0};
    int error = api->channel_get(&stub_device, (enum sensor_channel)channel, &found);
    value[0] = found.val1;
    value[1] = found.val2;
    return error;
}

const char *bench_logged(void);
const char *bench_logged(void) { return logged; }

int bench_label(uint8_t index, char *text);
int bench_label(uint8_t index, char *text) { return mls1_text(mls1_of(&stub_device), index, text); }
