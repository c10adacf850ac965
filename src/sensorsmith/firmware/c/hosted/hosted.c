/* hosted.c: the sensor as a part of a program: who has samples or a phase of the bus calls an interrupt, then ss_work(). */
#include "device.h"
#include "hal.h"
#include "port.h"
#include "ss_port.h"

_Alignas(8) uint8_t ss_port[SS_PORT_SIZE];

void ss_work(void);

void ss_work(void)
{
    for (;;) {
        if (ss_device_step())
            continue;
        if (!ss_port_waiting())
            break;
        ss_samples_isr(); /* there was more than the ring holds */
    }
    ss_port_show();
}

void ss_hal_reset(void)
{
    ss_port_restarted();
    ss_device_start();
}
