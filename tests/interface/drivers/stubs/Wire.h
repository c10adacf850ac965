// TwoWire with the interface and the buffer of 32 bytes that it has on an Arduino Uno; the other end is in bench.cpp.
#pragma once
#include <stddef.h>
#include <stdint.h>

class TwoWire {
public:
    void beginTransmission(uint8_t address);
    size_t write(uint8_t byte);
    size_t write(const uint8_t *data, size_t size);
    uint8_t endTransmission(bool stop = true);
    uint8_t requestFrom(uint8_t address, uint8_t size);
    int read();

private:
    uint8_t buffer_[32];
    uint8_t size_, at_, address_;
    int pointer_ = -1;
};

extern TwoWire Wire;
