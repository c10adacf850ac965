/* device.h: the sensor as a whole, one piece of work at a time. */
#ifndef SS_DEVICE_H
#define SS_DEVICE_H

#include <stdint.h>

/* As after power on. */
void ss_device_start(void);

/* Do what there is to do. Returns 0 when there was nothing: then only an interrupt brings something. */
uint8_t ss_device_step(void);

#endif
