"""Joins model, features, interface and board into a firmware image."""

from __future__ import annotations

from sensorsmith.firmware.build import build
from sensorsmith.firmware.elf import Elf, Section, Segment, Symbol, read_elf
from sensorsmith.firmware.image import Image, firmware_id, patch_identity
from sensorsmith.firmware.toolchain import Toolchain, find

__all__ = [
    "Elf",
    "Image",
    "Section",
    "Segment",
    "Symbol",
    "Toolchain",
    "build",
    "find",
    "firmware_id",
    "patch_identity",
    "read_elf",
]
