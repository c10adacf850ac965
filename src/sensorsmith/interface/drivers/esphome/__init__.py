"""ESPHome component of ML sensors that speak MLS1, over I2C."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.components import i2c
from esphome.const import CONF_ID

# <constants>

CODEOWNERS = []
DEPENDENCIES = ["i2c"]
MULTI_CONF = True

CONF_MLS1_ID = "mls1_id"

mls1_ns = cg.esphome_ns.namespace("mls1")
MLS1Component = mls1_ns.class_("MLS1Component", cg.PollingComponent, i2c.I2CDevice)

CONFIG_SCHEMA = (
    cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(MLS1Component),
            # Settings of the sensor, by the names of their registers; put in force together when it starts.
            **{cv.Optional(name): cv.int_range(least, most) for name, (_, least, most) in SETTINGS.items()},
        }
    )
    .extend(cv.polling_component_schema("1s"))
    .extend(i2c.i2c_device_schema(DEFAULT_ADDRESS))
)


async def to_code(config):
    component = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(component, config)
    await i2c.register_i2c_device(component, config)
    for name, (address, _, _) in SETTINGS.items():
        if name in config:
            cg.add(component.set_setting(address, config[name]))
