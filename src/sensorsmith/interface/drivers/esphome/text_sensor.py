"""The label of the reported class."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.components import text_sensor

from . import CONF_MLS1_ID, MLS1Component

DEPENDENCIES = ["mls1"]

CONFIG_SCHEMA = text_sensor.text_sensor_schema(icon="mdi:label").extend(
    {cv.GenerateID(CONF_MLS1_ID): cv.use_id(MLS1Component)}
)


async def to_code(config):
    component = await cg.get_variable(config[CONF_MLS1_ID])
    cg.add(component.set_label(await text_sensor.new_text_sensor(config)))
