"""The sensor as a part of a program: the C that is the same on every board, and the emulated peripheral in memory."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from sensorsmith.base.hostcc import build_shared
from sensorsmith.firmware import port
from sensorsmith.firmware.build import ModelFacts, portable_texts
from sensorsmith.spec.types import Sensor

_PORT = ("emulated/port.c", "emulated/port.h", "hosted/hosted.c")


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
    room = files("sensorsmith") / "firmware" / "c"
    own = {name.split("/")[1]: room.joinpath(name).read_text(encoding="utf-8") for name in _PORT}
    texts = portable_texts(sensor, sources, model) | own | port.emit_c(None) | dict(sources)
    return build_shared(texts, folder)
