"""Reads a picture as a camera would have seen it: grey, cut to its shape, its number of pixels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from sensorsmith.base.errors import DataError
from sensorsmith.data.records import Recording
from sensorsmith.data.transducer import columns
from sensorsmith.spec.types import Camera, Sensor

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")
_FORMATS = ("PNG", "JPEG", "BMP", "PPM")
_MOST = 50_000_000  # pixels


def read_picture(path: Path, name: str, label: str, attributes: Mapping[str, str], sensor: Sensor) -> Recording:
    """The middle of a picture in the shape of the camera's, scaled to it; one sample is a row, `p0` its left pixel.

    Args:
        name: of the file, for messages.

    Raises:
        DataError: it cannot be read, or is no picture of 8 bits per colour.
    """
    camera = sensor.transducer
    assert isinstance(camera, Camera)
    grey = _grey(path, name)
    seen = ImageOps.fit(grey, (camera.width, camera.height), Image.Resampling.BILINEAR)
    names, units = zip(*columns(sensor), strict=True)
    return Recording(
        label=label,
        attributes={"picture": path.stem, **attributes},
        rate_hz=camera.sample_rate,
        channels=names,
        units=units,
        samples=np.asarray(seen, np.float32),
        source=name,
    )


def _grey(path: Path, name: str) -> Image.Image:
    """Luminance as ITU-R 601-2 weighs red, green and blue, upright."""
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST:
                raise _bad(name, f"{picture.width} x {picture.height} pixels are more than {_MOST / 1e6:.0f} million")
            if picture.mode[0] in "IF":
                raise _bad(name, "it has more than 8 bits per pixel")
            return ImageOps.exif_transpose(picture).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise DataError(
            "not a readable PNG, JPEG, BMP or PPM", where=name, todo="save it again, or remove it"
        ) from error


def _bad(name: str, what: str) -> DataError:
    return DataError(what, where=name, todo="save it smaller, with 8 bits per colour")
