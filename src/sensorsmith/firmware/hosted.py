"""The sensor as a part of a program: the C that is the same on every board, and the emulated peripheral in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from sensorsmith.base.files import write_bytes
from sensorsmith.base.hostcc import build_shared
from sensorsmith.firmware import port
from sensorsmith.firmware.build import ModelFacts, portable_texts
from sensorsmith.firmware.toolchain import COMPILE, find
from sensorsmith.spec.types import Sensor

_PORT = ("emulated/port.c", "emulated/port.h", "hosted/hosted.c")
_EXPORTS = ("ss_port", "ss_device_start", "ss_samples_isr", "ss_bus_isr", "ss_work")


def build_hosted(sensor: Sensor, sources: Mapping[str, str], model: ModelFacts, folder: Path) -> Path:
    """Compile the sensor for this machine into a shared library, and return its path. FW_ID is 0: it is no image.

    It exports `ss_port`, the peripheral of firmware/port.py; `ss_device_start`; the interrupts `ss_samples_isr` and
    `ss_bus_isr`; and `ss_work`, which does all there is to do.

    Args:
        sources: the C of model and features, as for `build`.
        folder: an empty one of its own.

    Raises:
        MissingTool: there is no C compiler.
        ToolFailed: the compiler refused the sources.
    """
    return build_shared(_texts(sensor, sources, model), folder)


def build_wasm(sensor: Sensor, sources: Mapping[str, str], model: ModelFacts, folder: Path) -> Path:
    """Compile the sensor into a WebAssembly module, and return its path; it needs nothing of its host.

    It exports its memory and what `build_hosted` exports, `ss_port` as the address of the peripheral.

    Raises:
        MissingTool: there is no compiler for WebAssembly.
        ToolFailed: the compiler refused the sources.
    """
    toolchain = find("wasm")
    memory = files("sensorsmith").joinpath("firmware", "c", "memory.c").read_text(encoding="utf-8")
    texts = {**_texts(sensor, sources, model), "memory.c": memory}
    exports = [f"-Wl,--export={name}" for name in _EXPORTS]
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        for file, text in texts.items():
            (Path(name) / file).write_text(text, encoding="utf-8", newline="\n")
        units = sorted(file for file in texts if file.endswith(".c"))
        options = ["-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all", *exports, "-o", "sensor.wasm"]
        toolchain.run([f"-ffile-prefix-map={name}=.", *COMPILE, *options, *units], Path(name))
        content = (Path(name) / "sensor.wasm").read_bytes()
    write_bytes(folder / "sensor.wasm", content)
    return folder / "sensor.wasm"


def _texts(sensor: Sensor, sources: Mapping[str, str], model: ModelFacts) -> dict[str, str]:
    room = files("sensorsmith") / "firmware" / "c"
    own = {name.split("/")[1]: room.joinpath(name).read_text(encoding="utf-8") for name in _PORT}
    return portable_texts(sensor, sources, model) | own | port.emit_c(None) | dict(sources)
