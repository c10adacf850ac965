"""The register map through which a sensor is read: one typed table, and everything that is made from it."""

from __future__ import annotations

from sensorsmith.interface.budget import Budget, BudgetLine, check_budget, information_budget
from sensorsmith.interface.crc import crc8
from sensorsmith.interface.decode import Identity, Result, decode_identity, decode_result
from sensorsmith.interface.emit import Row, emit_c, markdown, rows
from sensorsmith.interface.registers import (
    BLOCKS,
    NONE,
    REGISTERS,
    Bit,
    Block,
    Capability,
    Modality,
    Register,
    Status,
    Task,
    block,
    register,
)

__all__ = [
    "BLOCKS",
    "NONE",
    "REGISTERS",
    "Bit",
    "Block",
    "Budget",
    "BudgetLine",
    "Capability",
    "Identity",
    "Modality",
    "Register",
    "Result",
    "Row",
    "Status",
    "Task",
    "block",
    "check_budget",
    "crc8",
    "decode_identity",
    "decode_result",
    "emit_c",
    "information_budget",
    "markdown",
    "register",
    "rows",
]
