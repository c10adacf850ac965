#pragma once
#include <zephyr/device.h>
struct i2c_dt_spec {
    const struct device *bus;
    uint16_t addr;
};
#define I2C_DT_SPEC_INST_GET(n) {0, 0x2A}
int i2c_write_dt(const struct i2c_dt_spec *spec, const uint8_t *data, uint32_t size);
int i2c_read_dt(const struct i2c_dt_spec *spec, uint8_t *data, uint32_t size);
int i2c_write_read_dt(const struct i2c_dt_spec *spec, const void *out, size_t out_size, void *in, size_t in_size);
bool i2c_is_ready_dt(const struct i2c_dt_spec *spec);
