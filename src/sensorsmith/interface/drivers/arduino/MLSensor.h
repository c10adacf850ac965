// MLSensor.h: ML sensors on Arduino boards, over Wire.
#ifndef ML_SENSOR_H
#define ML_SENSOR_H

#include <Arduino.h>
#include <Wire.h>

#include "mls1.h"

class MLSensor {
public:
    // The sensor on a bus that Wire.begin() has started. True when it is there; otherwise error() says why not.
    bool begin(uint8_t address = MLS1_DEFAULT_ADDRESS, TwoWire &wire = Wire);

    // True once for each result; call it at least twice in each period of the sensor.
    bool available();

    // Of the result that available() found.
    uint8_t classIndex() const { return result_.class_index; } // MLS1_NONE when there is none
    float confidence() const { return static_cast<float>(result_.confidence) / 256.0f; }
    const mls1_result &result() const { return result_; }

    // The label of a class, in UTF-8. Valid until the next call.
    const char *label(uint8_t class_index);

    uint8_t classes() const { return sensor_.classes; }

    // Change one setting: set(MLS1_DEBOUNCE, 3).
    bool set(uint8_t address, uint16_t value);
    bool lock();
    bool clear();
    bool selfTest(uint32_t timeout_ms = 60000);

    // What the last call that failed was about, in words.
    const char *error() const { return mls1_words(error_); }

    // For what this class does not have: see mls1.h.
    mls1 &driver() { return sensor_; }

private:
    bool ok(int error);

    mls1 sensor_ = {};
    mls1_result result_ = {};
    char text_[MLS1_TEXT_BUFFER] = {};
    int error_ = MLS1_OK;
    uint8_t address_ = MLS1_DEFAULT_ADDRESS;
    TwoWire *wire_ = nullptr;

    static int write(void *self, const uint8_t *data, uint8_t size);
    static int read(void *self, int pointer, uint8_t *data, uint8_t size);
    static void wait(void *self, uint32_t ms);
};

#endif
