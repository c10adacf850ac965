#define _DEFAULT_SOURCE
#include "mls1_linux.h"

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int transfer(struct mls1_linux *l, struct i2c_msg *messages, unsigned count)
{
    struct i2c_rdwr_ioctl_data all = {messages, count};
    return ioctl(l->file, I2C_RDWR, &all) < 0;
}

static int write_bytes(void *context, const uint8_t *data, uint8_t size)
{
    struct mls1_linux *l = context;
    struct i2c_msg message = {l->address, 0, size, (uint8_t *)(uintptr_t)data};
    return transfer(l, &message, 1);
}

static int read_bytes(void *context, int pointer, uint8_t *data, uint8_t size)
{
    struct mls1_linux *l = context;
    uint8_t first = (uint8_t)pointer;
    struct i2c_msg messages[2] = {{l->address, 0, 1, &first}, {l->address, I2C_M_RD, size, data}};
    return pointer == MLS1_NO_POINTER ? transfer(l, messages + 1, 1) : transfer(l, messages, 2);
}

static void wait_ms(void *context, uint32_t ms)
{
    (void)context;
    struct timespec time = {(time_t)(ms / 1000u), (long)(ms % 1000u) * 1000000L};
    nanosleep(&time, 0);
}

int mls1_linux_open(struct mls1_linux *l, const char *path, uint8_t address, struct mls1_bus *bus)
{
    l->file = open(path, O_RDWR);
    l->address = address;
    bus->context = l;
    bus->write = write_bytes;
    bus->read = read_bytes;
    bus->wait = wait_ms;
    return l->file < 0 ? -1 : 0;
}

void mls1_linux_close(struct mls1_linux *l)
{
    close(l->file);
}
