#pragma once

#include <vector>

#include "esphome/components/i2c/i2c.h"
#include "esphome/core/component.h"
#include "esphome/core/defines.h"
#ifdef USE_BINARY_SENSOR
#include "esphome/components/binary_sensor/binary_sensor.h"
#endif
#ifdef USE_SENSOR
#include "esphome/components/sensor/sensor.h"
#endif
#ifdef USE_TEXT_SENSOR
#include "esphome/components/text_sensor/text_sensor.h"
#endif
#include "mls1.h"

namespace esphome {
namespace mls1 {

class MLS1Component : public PollingComponent, public i2c::I2CDevice {
 public:
  void setup() override;
  void update() override;
  void dump_config() override;
  float get_setup_priority() const override { return setup_priority::DATA; }

  void set_setting(uint8_t address, uint16_t value) { this->wanted_.push_back({address, value}); }
#ifdef USE_TEXT_SENSOR
  void set_label(text_sensor::TextSensor *label) { this->label_ = label; }
#endif
#ifdef USE_SENSOR
  void set_confidence(sensor::Sensor *confidence) { this->confidence_ = confidence; }
#endif
#ifdef USE_BINARY_SENSOR
  void add_class(uint8_t class_index, binary_sensor::BinarySensor *seen) { this->classes_.push_back({class_index, seen}); }
  void set_fault(binary_sensor::BinarySensor *fault) { this->fault_ = fault; }
#endif

 protected:
  struct Wanted {
    uint8_t address;
    uint16_t value;
  };

  bool well_(int error);
  void configure_();
  void publish_(const ::mls1_result &result);
  void publish_events_(uint16_t events);

  static int write_bytes_(void *self, const uint8_t *data, uint8_t size);
  static int read_bytes_(void *self, int pointer, uint8_t *data, uint8_t size);
  static void wait_(void *self, uint32_t ms);

  ::mls1 sensor_{};
  std::vector<Wanted> wanted_;
#ifdef USE_TEXT_SENSOR
  text_sensor::TextSensor *label_{nullptr};
#endif
#ifdef USE_SENSOR
  sensor::Sensor *confidence_{nullptr};
#endif
#ifdef USE_BINARY_SENSOR
  struct Class {
    uint8_t index;
    binary_sensor::BinarySensor *seen;
  };
  std::vector<Class> classes_;
  binary_sensor::BinarySensor *fault_{nullptr};
#endif
};

}  // namespace mls1
}  // namespace esphome
