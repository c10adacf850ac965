/* mls1_linux.h: an I2C bus of Linux, /dev/i2c-N. */
#ifndef MLS1_LINUX_H
#define MLS1_LINUX_H

#include "mls1.h"

struct mls1_linux {
    int file;
    uint8_t address;
};

/* Open a bus; 0, or -1 with errno set. */
int mls1_linux_open(struct mls1_linux *linux_bus, const char *path, uint8_t address, struct mls1_bus *bus);
void mls1_linux_close(struct mls1_linux *linux_bus);

#endif
