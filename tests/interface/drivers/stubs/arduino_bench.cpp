// Joins the Arduino library to a bus that the test gives.
#include "MLSensor.h"

typedef int (*write_function)(const uint8_t *data, uint8_t size);
typedef int (*read_function)(int pointer, uint8_t *data, uint8_t size);
typedef void (*wait_function)(uint32_t ms);

static write_function bus_write;
static read_function bus_read;
static wait_function bus_wait;

TwoWire Wire;

void delay(unsigned long ms)
{
    bus_wait(static_cast<uint32_t>(ms));
}

void TwoWire::beginTransmission(uint8_t address)
{
    address_ = address;
    size_ = 0;
}

size_t TwoWire::write(uint8_t byte)
{
    return write(&byte, 1);
}

size_t TwoWire::write(const uint8_t *data, size_t size)
{
    size_t taken = 0;
    while (taken < size && size_ < sizeof buffer_)
        buffer_[size_++] = data[taken++];
    return taken;
}

uint8_t TwoWire::endTransmission(bool stop)
{
    if (address_ != 0x2A)
        return 2;
    if (!stop) {
        pointer_ = buffer_[0];
        return 0;
    }
    return bus_write(buffer_, size_) ? 2 : 0;
}

uint8_t TwoWire::requestFrom(uint8_t address, uint8_t size)
{
    at_ = 0;
    size_ = size < sizeof buffer_ ? size : sizeof buffer_;
    if (address != 0x2A || bus_read(pointer_, buffer_, size_))
        size_ = 0;
    pointer_ = -1;
    return size_;
}

int TwoWire::read()
{
    return at_ < size_ ? buffer_[at_++] : -1;
}

static MLSensor sensor;

extern "C" {
void bench_bus(write_function write, read_function read, wait_function wait)
{
    bus_write = write;
    bus_read = read;
    bus_wait = wait;
}
bool bench_begin(uint8_t address) { return sensor.begin(address); }
bool bench_available() { return sensor.available(); }
uint8_t bench_class() { return sensor.classIndex(); }
float bench_confidence() { return sensor.confidence(); }
uint32_t bench_sequence() { return sensor.result().sequence; }
const char *bench_label(uint8_t index) { return sensor.label(index); }
bool bench_set(uint8_t address, uint16_t value) { return sensor.set(address, value); }
bool bench_lock() { return sensor.lock(); }
bool bench_clear() { return sensor.clear(); }
bool bench_self_test() { return sensor.selfTest(); }
const char *bench_error() { return sensor.error(); }
}
