/* As much of Zephyr's headers as the driver uses; names, types and meanings are those of Zephyr 4. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device {
    const char *name;
    const void *config;
    const void *api;
    void *data;
};
#define DEVICE_API(class, name) const struct class##_driver_api name
#define DT_INST_FOREACH_STATUS_OKAY(what) what(0)
