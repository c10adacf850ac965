"""The camera that real boards carry: Himax' HM01B0, as firmware/c/rp2040/hm01b0.c sets it up."""

from __future__ import annotations

from sensorsmith.base.errors import BoardError
from sensorsmith.firmware.period import period
from sensorsmith.spec.types import Camera, Sensor

PART = "HM01B0"
COLUMNS, ROWS = 160, 120
"""Pixels of its picture, of which the middle is used."""
# One takes 52 ms in the emulator's model; the clock of the real part is not known to us.
_FASTEST = 15.0  # pictures per second


def emit_hm01b0(sensor: Sensor) -> dict[str, str]:
    """The C file `ss_part.c`: how often the camera is asked for a picture.

    Raises:
        BoardError: it is another part, or it cannot give such pictures.
    """
    camera = sensor.transducer
    assert isinstance(camera, Camera)
    if camera.part != PART:
        raise BoardError(
            f"transducer.part {camera.part!r} has no driver for this board", where="sensor.yaml", todo=f"use {PART}"
        )
    if camera.width > COLUMNS or camera.height > ROWS:
        raise BoardError(
            f"the camera gives pictures of {COLUMNS} x {ROWS} pixels, not {camera.width} x {camera.height}",
            where="sensor.yaml",
            todo="lower transducer.width and transducer.height",
        )
    if camera.rate > _FASTEST:
        raise BoardError(
            f"transducer.rate of {camera.rate:g} Hz is more than the camera is set up for",
            where="sensor.yaml",
            todo=f"choose at most {_FASTEST:g} Hz",
        )
    text = (
        "/* The camera. Generated; do not edit. */\n"
        '#include "hm01b0.h"\n\n'
        f"const struct hm01b0 ss_camera = {{{period(sensor, camera.height)}}};\n"
    )
    return {"ss_part.c": text}
