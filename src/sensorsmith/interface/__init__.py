"""The register map through which a sensor is read: one typed table, and everything that is made from it."""

from __future__ import annotations

from sensorsmith.interface.budget import Budget, BudgetLine, check_budget, information_budget
from sensorsmith.interface.crc import crc8
from sensorsmith.interface.decode import Identity, Result, decode_identity, decode_result
from sensorsmith.interface.emit_c import emit_c, sample_rate
from sensorsmith.interface.picture import bits_svg, register_svg
from sensorsmith.interface.post import Post
from sensorsmith.interface.power_on import power_on, settings_at_power_on, texts, threshold_register
from sensorsmith.interface.reference import registers_text, value_text
from sensorsmith.interface.registers import (
    BLOCKS,
    KEY,
    NONE,
    RECORDER,
    REGISTERS,
    SETTINGS,
    Bit,
    Block,
    Capability,
    Command,
    CommandState,
    Error,
    Event,
    Modality,
    Mode,
    Register,
    ResetCause,
    SelfTest,
    Status,
    Task,
    Text,
    block,
    register,
)
from sensorsmith.interface.thing import thing_description

__all__ = [
    "BLOCKS",
    "KEY",
    "NONE",
    "RECORDER",
    "REGISTERS",
    "SETTINGS",
    "Bit",
    "Block",
    "Budget",
    "BudgetLine",
    "Capability",
    "Command",
    "CommandState",
    "Error",
    "Event",
    "Identity",
    "Modality",
    "Mode",
    "Post",
    "Register",
    "ResetCause",
    "Result",
    "SelfTest",
    "Status",
    "Task",
    "Text",
    "bits_svg",
    "block",
    "check_budget",
    "crc8",
    "decode_identity",
    "decode_result",
    "emit_c",
    "information_budget",
    "power_on",
    "register",
    "register_svg",
    "registers_text",
    "sample_rate",
    "settings_at_power_on",
    "texts",
    "thing_description",
    "threshold_register",
    "value_text",
]
