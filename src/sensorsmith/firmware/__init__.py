"""Joins model, features, interface and board into a firmware image."""

from __future__ import annotations

from sensorsmith.firmware.bench import PLACES, Bench, build_bench
from sensorsmith.firmware.build import build
from sensorsmith.firmware.elf import Elf, Section, Segment, Symbol, read_elf
from sensorsmith.firmware.image import Image, firmware_id, patch_identity
from sensorsmith.firmware.toolchain import Compiler, Toolchain, find

__all__ = [
    "PLACES",
    "Bench",
    "Compiler",
    "Elf",
    "Image",
    "Section",
    "Segment",
    "Symbol",
    "Toolchain",
    "build",
    "build_bench",
    "find",
    "firmware_id",
    "patch_identity",
    "read_elf",
]
