"""Joins model, features, register file and board into one image."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import ceil, log2
from pathlib import Path

from sensorsmith.base.errors import BoardError, DataError
from sensorsmith.boards import BoardSpec
from sensorsmith.data import sample_range
from sensorsmith.firmware.elf import read_elf
from sensorsmith.firmware.hal import HALS
from sensorsmith.firmware.image import Image, firmware_id, map_text, stamp
from sensorsmith.firmware.link import STACK, linker_script
from sensorsmith.firmware.toolchain import LINK, Toolchain, find
from sensorsmith.interface import emit_c
from sensorsmith.spec.types import Camera, Sensor, Transducer

_PORTABLE = {
    "runtime/interface": ("ss_hold.h", "ss_registers.h", "ss_registers.c", "ss_uart.h", "ss_uart.c"),
    "runtime/post": ("ss_post.h",),
    "firmware/c": (
        *("build_id.c", "build_id.h", "device.c", "device.h", "hal.h", "sensor.c", "sensor.h"),
        *("ss_clock.h", "ss_march.h", "ss_ring.h", "ss_scrub.h"),
    ),
}
_BARE = ("fault.c", "main.c", "memory.c", "startup.c")
_RING_SECONDS = 0.25
_RING_MOST = 1024


@dataclass(frozen=True)
class ModelFacts:
    """What the firmware must know of its model.

    Attributes:
        sha256: of the compiled model, 32 bytes.
        labels: names of the classes, 1 to 254.
        known_answer: what `firmware.known_answer` gives.
    """

    sha256: bytes
    labels: tuple[str, ...]
    known_answer: int


def build(
    sensor: Sensor,
    board: BoardSpec,
    sources: Mapping[str, str],
    model: ModelFacts,
    toolchain: Toolchain | None = None,
) -> Image:
    """Compile and link the firmware of a sensor for a board. Equal arguments give equal bytes.

    Args:
        sources: the C files of model and features by name: `NAME.h`, `NAME.c`, `NAME_features.h`, `NAME_features.c`
            and the `ss_*.h` that they include.
        toolchain: default: what `find(board.target)` finds.

    Raises:
        BoardError: the image is too large for the board.
        MissingTool: there is no compiler.
        ToolFailed: the compiler refused the sources.
    """
    return compile_image(image_sources(sensor, board, sources, model), board, toolchain)


def compile_image(texts: Mapping[str, str], board: BoardSpec, toolchain: Toolchain | None = None) -> Image:
    """Compile and link all that `image_sources` gives. Equal texts give equal bytes.

    Raises:
        BoardError, MissingTool, ToolFailed: as `build`.
    """
    toolchain = toolchain or find(board.target)
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        # Names without paths and this map keep the folder's name out of the image.
        toolchain.run([f"-ffile-prefix-map={name}=.", *link_arguments(texts)], folder)
        elf = (folder / "sensor.elf").read_bytes()
    return _image(stamp(HALS[board.hal].finish(elf)), board, toolchain)


def link_arguments(texts: Mapping[str, str]) -> list[str]:
    """What the compiler is told to make `sensor.elf` of these texts, beside the flags of its target."""
    units = sorted(file for file in texts if file.endswith(".c"))
    return [*LINK, "-T", "sensor.ld", "-o", "sensor.elf", *units]


def image_sources(sensor: Sensor, board: BoardSpec, sources: Mapping[str, str], model: ModelFacts) -> dict[str, str]:
    """Every text of which an image is made, by file name: C, headers, linker script.

    Args:
        sources: as for `build`.

    Raises:
        DataError: they are not those of one model and its features.
    """
    hal = HALS[board.hal]
    own = portable_texts(sensor, sources, model)
    driver = (*hal.files, *hal.parts.get(type(sensor.transducer), ()))
    own |= _files("firmware/c", _BARE) | _files(f"firmware/c/{board.hal}", driver)
    own |= _files("firmware/c/emulated", hal.shared) | dict(hal.emit(sensor))
    own["sensor.ld"] = _script(board)
    clash = own.keys() & sources.keys()
    if clash:
        raise DataError(f"the sources must not have a file named {min(clash)}", where="firmware")
    return own | dict(sources)


def portable_texts(sensor: Sensor, sources: Mapping[str, str], model: ModelFacts) -> dict[str, str]:
    """The C of the sensor that is the same on every board, by file name; without the sources themselves."""
    if len(model.sha256) != 32:
        raise DataError(f"MODEL_ID is a SHA-256 of 32 bytes, not {len(model.sha256)}", where="firmware")
    own = {name: text for room, names in _PORTABLE.items() for name, text in _files(room, names).items()}
    config = {"ss_config.h": _config(_name(sources), sensor, model)}
    return own | emit_c(sensor, model.labels, model.sha256) | config


def _files(room: str, names: Sequence[str]) -> dict[str, str]:
    folder = files("sensorsmith").joinpath(*room.split("/"))
    return {name: folder.joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n") for name in names}


def _script(board: BoardSpec) -> str:
    stack_top = board.ram.start + board.ram.size
    return linker_script(board.flash.start, board.ram.start, stack_top, HALS[board.hal].before_vectors)


def _name(sources: Mapping[str, str]) -> str:
    """The NAME under which compiler and features emitted their functions."""
    names = [match[1] for file in sources if (match := re.fullmatch(r"([A-Za-z_]\w*)_features\.h", file))]
    if len(names) != 1 or f"{names[0]}.h" not in sources:
        raise DataError("the sources need one NAME_features.h and its NAME.h", where="firmware")
    return names[0]


def _config(name: str, sensor: Sensor, model: ModelFacts) -> str:
    """`ss_config.h`: the names by which the sensor knows its model and features, and the size of its ring."""
    lowest, highest = sample_range(sensor)
    macros = {
        "WINDOW": f"{name.upper()}_WINDOW_SAMPLES",
        "HOP": f"{name.upper()}_HOP_SAMPLES",
        "CHANNELS": f"{name.upper()}_CHANNELS",
        "FEATURES_SIZE": f"{name.upper()}_FEATURES_SIZE",
        "INPUT_SIZE": f"{name.upper()}_INPUT_SIZE",
        "CLASSES": f"{name.upper()}_OUTPUT_SIZE",
        **{part.upper(): f"{name}_{part}" for part in ("features", "input", "run", "output")},
        "KNOWN_ANSWER": f"0x{model.known_answer:08X}u",
        "RING": f"{_ring(sensor)}u",
        "PICTURES": f"{int(isinstance(sensor.transducer, Camera))}u",
        "SAMPLE_LOWEST": f"({lowest})",
        "SAMPLE_BITS": f"0x{highest - lowest:X}u",
        "STACK": f"{STACK}u",
    }
    lines = [
        "/* Model and features of this sensor. Generated; do not edit. */",
        "#ifndef SS_CONFIG_H",
        "#define SS_CONFIG_H",
        f'#include "{name}.h"',
        f'#include "{name}_features.h"',
        *(f"#define SS_{macro} {value}" for macro, value in macros.items()),
        f"typedef {'uint8_t' if highest == 255 else 'int16_t'} ss_sample;",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def _ring(sensor: Sensor) -> int:
    """Samples that may wait while the sensor computes, as a power of two."""
    return int(min(_RING_MOST, 2 ** ceil(log2(_waiting(sensor.transducer)))))


def _waiting(transducer: Transducer) -> float:
    """A picture, or a quarter of a second of signal."""
    if isinstance(transducer, Camera):
        return transducer.height
    return max(1.0, transducer.sample_rate * _RING_SECONDS)


def _image(elf: bytes, board: BoardSpec, toolchain: Toolchain) -> Image:
    program = read_elf(elf)
    binary = program.flat()
    variables = [s for s in program.sections if s.address >= board.ram.start]
    ram = max((s.address + s.size for s in variables), default=board.ram.start) - board.ram.start
    for memory, used, size in (("flash", len(binary), board.flash.size), ("RAM", ram + STACK, board.ram.size)):
        if used > size:
            raise BoardError(
                f"the image needs {used} bytes of {memory}, {used - size} more than the {size} of {board.title}",
                where="board",
                todo="choose a larger board, or a smaller model or window",
            )
    return Image(
        elf=elf,
        binary=binary,
        map_text=map_text(program),
        sections={section.name: section.size for section in program.sections},
        flash=len(binary),
        ram=ram,
        stack_reserve=STACK,
        fw_id=firmware_id(elf),
        toolchain=(toolchain.name, toolchain.version),
    )
