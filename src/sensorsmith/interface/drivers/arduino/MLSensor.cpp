#include "MLSensor.h"

bool MLSensor::ok(int error)
{
    if (error)
        error_ = error;
    return error == MLS1_OK;
}

bool MLSensor::begin(uint8_t address, TwoWire &wire)
{
    address_ = address;
    wire_ = &wire;
    const mls1_bus bus = {this, write, read, wait};
    return ok(mls1_open(&sensor_, &bus));
}

bool MLSensor::available()
{
    uint8_t fresh = 0;
    return ok(mls1_next(&sensor_, &result_, &fresh)) && fresh;
}

const char *MLSensor::label(uint8_t class_index)
{
    text_[0] = 0;
    if (class_index != MLS1_NONE)
        ok(mls1_text(&sensor_, class_index, text_));
    return text_;
}

bool MLSensor::set(uint8_t address, uint16_t value)
{
    mls1_settings settings;
    return ok(mls1_read_settings(&sensor_, &settings)) && ok(mls1_set(&settings, address, value)) &&
           ok(mls1_configure(&sensor_, &settings));
}

bool MLSensor::lock()
{
    return ok(mls1_lock(&sensor_));
}

bool MLSensor::clear()
{
    return ok(mls1_command(&sensor_, MLS1_CMD_CLEAR, 1000));
}

bool MLSensor::selfTest(uint32_t timeout_ms)
{
    const uint8_t all = MLS1_SELFTEST_KNOWN_ANSWER | MLS1_SELFTEST_MEMORY | MLS1_SELFTEST_TRANSDUCER;
    uint8_t passed = 0;
    return ok(mls1_self_test(&sensor_, &passed, timeout_ms)) && (passed & all) == all;
}

int MLSensor::write(void *self, const uint8_t *data, uint8_t size)
{
    MLSensor &sensor = *static_cast<MLSensor *>(self);
    sensor.wire_->beginTransmission(sensor.address_);
    sensor.wire_->write(data, size);
    return sensor.wire_->endTransmission();
}

// No block is longer than the 32 bytes that Wire holds on the smallest boards.
int MLSensor::read(void *self, int pointer, uint8_t *data, uint8_t size)
{
    MLSensor &sensor = *static_cast<MLSensor *>(self);
    TwoWire &wire = *sensor.wire_;
    if (pointer != MLS1_NO_POINTER) {
        wire.beginTransmission(sensor.address_);
        wire.write(static_cast<uint8_t>(pointer));
        if (wire.endTransmission(false))
            return 1;
    }
    if (wire.requestFrom(sensor.address_, size) != size)
        return 1;
    for (uint8_t i = 0; i < size; i++)
        data[i] = static_cast<uint8_t>(wire.read());
    return 0;
}

void MLSensor::wait(void *, uint32_t ms)
{
    delay(ms);
}
