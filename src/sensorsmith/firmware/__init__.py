"""Joins model, features, interface and board into a firmware image."""

from __future__ import annotations

from sensorsmith.firmware.bench import WASM_STACK, Bench, build_bench
from sensorsmith.firmware.build import ModelFacts, build, compile_image, image_sources
from sensorsmith.firmware.elf import Elf, Section, Segment, Symbol, read_elf
from sensorsmith.firmware.flashing import copy_to, find_drive, flashing_of, pyocd_command, run_pyocd
from sensorsmith.firmware.hal import PSRAM_PORT, further_files
from sensorsmith.firmware.helpers import forbidden_helpers
from sensorsmith.firmware.hosted import build_hosted, build_wasm
from sensorsmith.firmware.image import Image, firmware_id, patch_identity
from sensorsmith.firmware.known_answer import known_answer
from sensorsmith.firmware.places import PLACES
from sensorsmith.firmware.toolchain import AVR_CHIP, Compiler, Toolchain, find
from sensorsmith.firmware.wasm import Module, read_wasm

__all__ = [
    "AVR_CHIP",
    "PLACES",
    "PSRAM_PORT",
    "WASM_STACK",
    "Bench",
    "Compiler",
    "Elf",
    "Image",
    "ModelFacts",
    "Module",
    "Section",
    "Segment",
    "Symbol",
    "Toolchain",
    "build",
    "build_bench",
    "build_hosted",
    "build_wasm",
    "compile_image",
    "copy_to",
    "find",
    "find_drive",
    "firmware_id",
    "flashing_of",
    "forbidden_helpers",
    "further_files",
    "image_sources",
    "known_answer",
    "patch_identity",
    "pyocd_command",
    "read_elf",
    "read_wasm",
    "run_pyocd",
]
