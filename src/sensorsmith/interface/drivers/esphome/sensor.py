"""The confidence of the reported class."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.components import sensor
from esphome.const import STATE_CLASS_MEASUREMENT, UNIT_PERCENT

from . import CONF_MLS1_ID, MLS1Component

DEPENDENCIES = ["mls1"]

CONFIG_SCHEMA = sensor.sensor_schema(
    unit_of_measurement=UNIT_PERCENT, accuracy_decimals=0, state_class=STATE_CLASS_MEASUREMENT
).extend({cv.GenerateID(CONF_MLS1_ID): cv.use_id(MLS1Component)})


async def to_code(config):
    component = await cg.get_variable(config[CONF_MLS1_ID])
    cg.add(component.set_confidence(await sensor.new_sensor(config)))
