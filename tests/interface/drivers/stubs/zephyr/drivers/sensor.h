#pragma once
#include <zephyr/device.h>
struct sensor_value {
    int32_t val1, val2;
};
enum sensor_channel { SENSOR_CHAN_ALL = 50, SENSOR_CHAN_PRIV_START = 64, SENSOR_CHAN_MAX = 32767 };
struct sensor_driver_api {
    int (*sample_fetch)(const struct device *device, enum sensor_channel channel);
    int (*channel_get)(const struct device *device, enum sensor_channel channel, struct sensor_value *value);
};
#define SENSOR_DEVICE_DT_INST_DEFINE(n, init, pm, data_, config_, level, priority, api_) \
    const struct device stub_device = {"mls1", config_, api_, data_};                    \
    int (*const stub_start)(const struct device *) = init
extern const struct device stub_device;
extern int (*const stub_start)(const struct device *);
