/* lsm6ds.h: what sensor.yaml tells of the motion sensor. */
#ifndef SS_LSM6DS_H
#define SS_LSM6DS_H

#include "ss_config.h"
#include "ss_register_map.h"
#include "ticks.h"

struct lsm6ds {
    uint8_t who_am_i, ctrl1_xl, ctrl2_g;
    uint8_t ready;               /* bits of STATUS_REG that a sample needs */
    struct ss_period period;     /* between two samples */
    uint8_t places[SS_CHANNELS]; /* of each channel's low byte among the values */
};

/* In ss_part.c, which is generated. An emulator finds it in the image by its name. */
extern const struct lsm6ds ss_part;

#endif
