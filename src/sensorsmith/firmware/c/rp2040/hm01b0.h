/* hm01b0.h: what sensor.yaml tells of the camera. */
#ifndef SS_HM01B0_H
#define SS_HM01B0_H

#include "ticks.h"

struct hm01b0 {
    struct ss_period period; /* between two pictures */
};

/* In ss_part.c, which is generated. An emulator finds it in the image by its name. */
extern const struct hm01b0 ss_camera;

#endif
