/* main.c: the sensor on a processor of its own. */
#include "device.h"
#include "hal.h"

int main(void)
{
    ss_device_start();
    for (;;)
        if (!ss_device_step())
            ss_hal_wait();
}
