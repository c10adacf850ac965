"""What differs between kinds of boards: the C that drives the hardware, how it is linked, the files that come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sensorsmith.boards import BoardSpec
from sensorsmith.firmware import port, uf2
from sensorsmith.firmware.boot2 import seal
from sensorsmith.firmware.elf import read_elf
from sensorsmith.firmware.hm01b0 import emit_hm01b0
from sensorsmith.firmware.lsm6ds import emit_lsm6ds
from sensorsmith.spec.types import Camera, MotionSensor, Sensor


@dataclass(frozen=True)
class Hal:
    """One kind of board.

    Attributes:
        files: of its folder under firmware/c.
        emit: the C that depends on the sensor.
        shared: files of the folder `emulated`.
        parts: further files of that folder, by the kind of transducer that they drive.
        before_vectors: what the linker script puts at the start of flash.
        finish: the last change to the linked image, before its identity is written.
        formats: further files, by the ending of their name, made from the ELF file.
    """

    files: tuple[str, ...]
    emit: Callable[[Sensor], Mapping[str, str]]
    parts: Mapping[type[Any], tuple[str, ...]] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    before_vectors: str = ""
    finish: Callable[[bytes], bytes] = lambda elf: elf
    formats: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)


def _uf2(elf: bytes) -> bytes:
    program = read_elf(elf)
    return uf2.write_uf2(program.flat(), program.segments[0].load, uf2.RP2040)


def _emit_part(sensor: Sensor) -> Mapping[str, str]:
    return emit_hm01b0(sensor) if isinstance(sensor.transducer, Camera) else emit_lsm6ds(sensor)


PSRAM_PORT = 0x21F00000
"""Where the peripheral of `mps2` is: the last MiB of its PSRAM."""

# 252 bytes, and room for their check sum. Linkers do not agree on what "." is within a section, but on its differences.
_BOOT2 = "  .boot2 : { ss_boot2_start = .; KEEP(*(.boot2)) . += 252 - (. - ss_boot2_start); LONG(0) } > FLASH\n"

HALS = {
    "emulated": Hal(("hal_emulated.c", "port.c", "port.h"), lambda _: port.emit_c()),
    "mps2": Hal(("hal_mps2.c",), lambda _: port.emit_c(PSRAM_PORT), shared=("port.c", "port.h")),
    "rp2040": Hal(
        (
            *("boot2.c", "bus_i2c.c", "bus_uart.c", "buses.h", "hal_rp2040.c", "part_bus.c", "part_bus.h"),
            *("rp2040.h", "ticks.c", "ticks.h", "transducer.h"),
        ),
        _emit_part,
        {MotionSensor: ("lsm6ds.c", "lsm6ds.h"), Camera: ("hm01b0.c", "hm01b0.h")},
        before_vectors=_BOOT2,
        finish=seal,
        formats={"uf2": _uf2},
    ),
}
"""By the name in board.toml, which is that of the folder under firmware/c."""


def further_files(board: BoardSpec, elf: bytes) -> dict[str, bytes]:
    """The files that a board is flashed with, beside ELF and BIN, by their names."""
    return {f"sensor.{ending}": make(elf) for ending, make in HALS[board.hal].formats.items()}
