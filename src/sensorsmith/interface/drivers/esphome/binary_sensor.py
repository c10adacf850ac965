"""Whether a class was reported since the last look: none is missed between two, however seldom ESPHome looks."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.components import binary_sensor

from . import CONF_MLS1_ID, MLS1Component

DEPENDENCIES = ["mls1"]

CONF_CLASS = "class"
CONF_FAULT = "fault"

CONFIG_SCHEMA = cv.All(
    binary_sensor.binary_sensor_schema().extend(
        {
            cv.GenerateID(CONF_MLS1_ID): cv.use_id(MLS1Component),
            cv.Optional(CONF_CLASS): cv.int_range(0, 15),
            cv.Optional(CONF_FAULT): cv.boolean,
        }
    ),
    cv.has_exactly_one_key(CONF_CLASS, CONF_FAULT),
)


async def to_code(config):
    component = await cg.get_variable(config[CONF_MLS1_ID])
    seen = await binary_sensor.new_binary_sensor(config)
    if CONF_CLASS in config:
        cg.add(component.add_class(config[CONF_CLASS], seen))
    else:
        cg.add(component.set_fault(seen))
