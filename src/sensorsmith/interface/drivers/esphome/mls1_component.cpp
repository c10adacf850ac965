#include "mls1_component.h"

#include "esphome/core/hal.h"
#include "esphome/core/log.h"

namespace esphome {
namespace mls1 {

static const char *const TAG = "mls1";

bool MLS1Component::well_(int error) {
  if (error == MLS1_OK) {
    this->status_clear_warning();
    return true;
  }
  ESP_LOGW(TAG, "%s", ::mls1_words(error));
  this->status_set_warning();
  return false;
}

void MLS1Component::setup() {
  const ::mls1_bus bus = {this, write_bytes_, read_bytes_, wait_};
  if (!this->well_(::mls1_open(&this->sensor_, &bus))) {
    this->mark_failed();
    return;
  }
  this->configure_();
}

void MLS1Component::configure_() {
  ::mls1_settings settings;
  if (this->wanted_.empty() || !this->well_(::mls1_read_settings(&this->sensor_, &settings)))
    return;
  for (const Wanted &wanted : this->wanted_) {
    if (!this->well_(::mls1_set(&settings, wanted.address, wanted.value)))
      return;
  }
  this->well_(::mls1_configure(&this->sensor_, &settings));
}

void MLS1Component::update() {
  ::mls1_result result;
  if (this->well_(::mls1_read_result(&this->sensor_, &result)))
    this->publish_(result);
}

void MLS1Component::publish_(const ::mls1_result &result) {
#ifdef USE_BINARY_SENSOR
  if (this->fault_ != nullptr)
    this->fault_->publish_state((result.status & MLS1_STATUS_SENSOR_FAULT) != 0);
#endif
  this->publish_events_(result.events);
  if (!(result.status & (MLS1_STATUS_VALID | MLS1_STATUS_ABSTAIN)))
    return;
#ifdef USE_SENSOR
  if (this->confidence_ != nullptr)
    this->confidence_->publish_state(static_cast<float>(result.confidence) * 100.0f / 256.0f);
#endif
#ifdef USE_TEXT_SENSOR
  char text[MLS1_TEXT_BUFFER] = "";
  if (this->label_ != nullptr && (result.class_index == MLS1_NONE ||
                                  this->well_(::mls1_text(&this->sensor_, result.class_index, text))))
    this->label_->publish_state(text);
#endif
}

// EVENTS keeps every class since the last look; what has been published is cleared.
void MLS1Component::publish_events_(uint16_t events) {
#ifdef USE_BINARY_SENSOR
  if (this->classes_.empty())
    return;
  for (const Class &one : this->classes_)
    one.seen->publish_state((events >> one.index & 1) != 0);
  if (events != 0)
    this->well_(::mls1_command(&this->sensor_, MLS1_CMD_CLEAR, 50));
#endif
}

void MLS1Component::dump_config() {
  ESP_LOGCONFIG(TAG, "ML sensor: %u classes, vendor 0x%04X, product 0x%04X", this->sensor_.classes, this->sensor_.vendor,
                this->sensor_.product);
  LOG_I2C_DEVICE(this);
  LOG_UPDATE_INTERVAL(this);
}

int MLS1Component::write_bytes_(void *self, const uint8_t *data, uint8_t size) {
  return static_cast<MLS1Component *>(self)->write(data, size) != i2c::ERROR_OK;
}

int MLS1Component::read_bytes_(void *self, int pointer, uint8_t *data, uint8_t size) {
  MLS1Component *component = static_cast<MLS1Component *>(self);
  if (pointer == MLS1_NO_POINTER)
    return component->read(data, size) != i2c::ERROR_OK;
  return component->read_register(static_cast<uint8_t>(pointer), data, size) != i2c::ERROR_OK;
}

void MLS1Component::wait_(void *, uint32_t ms) { delay(ms); }

}  // namespace mls1
}  // namespace esphome
