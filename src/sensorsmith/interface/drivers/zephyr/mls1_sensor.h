/* mls1_sensor.h: channels of an ML sensor under Zephyr's sensor API. */
#ifndef MLS1_SENSOR_H
#define MLS1_SENSOR_H

#include <zephyr/drivers/sensor.h>

#include "mls1.h"

enum mls1_channel {
    MLS1_CHANNEL_CLASS = SENSOR_CHAN_PRIV_START, /* val1: class, MLS1_NONE when there is none */
    MLS1_CHANNEL_CONFIDENCE,                     /* 0 to 1 */
    MLS1_CHANNEL_STATUS,                         /* val1: MLS1_STATUS_* */
    MLS1_CHANNEL_SEQUENCE,                       /* val1: number of the result */
    MLS1_CHANNEL_EVENTS                          /* val1: classes since the last MLS1_CMD_CLEAR, one bit each */
};

/* The driver behind a device, for labels, settings and commands: see mls1.h. */
struct mls1 *mls1_of(const struct device *device);

#endif
