"""What sensor.yaml must keep to beyond the form of each field: rules between fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from sensorsmith.base.errors import UserError
from sensorsmith.base.units import parse
from sensorsmith.spec.declarations import Declarations
from sensorsmith.spec.mistakes import Mistake, name, quoted
from sensorsmith.spec.types import (
    Architecture,
    Camera,
    Data,
    ImageFeatures,
    ModelFile,
    MotionFeatures,
    MotionSensor,
    Sensor,
)
from sensorsmith.spec.yaml import Loc

_BYTES_PER_SAMPLE = 2
_LARGEST_WINDOW = 1 << 20  # bytes of samples; more than any supported part can hold


def check_sensor(sensor: Sensor, folder: Path) -> Iterator[Mistake]:
    """All mistakes in a description that stands in `folder`."""
    together = list(_together(sensor))
    yield from together
    if isinstance(sensor.transducer, MotionSensor):
        yield from _channels(sensor.transducer)
    if sensor.data is not None:
        yield from _groups(sensor.data)
    if not together:
        yield from list(_window(sensor)) or _features(sensor)
    yield from _files(sensor, folder)


def check_declarations(declarations: Declarations) -> Iterator[Mistake]:
    """A declaration counts only with its author and its date."""
    declared = declarations.use_cases or declarations.out_of_scope or declarations.compliance
    for key, example in (("by", "Ada Lovelace"), ("on", "2027-03-31")):
        if declared and getattr(declarations, key) is None:
            yield Mistake((), f'missing key "{key}", who declares and when', f'add for example "{key}: {example}"')


def _together(sensor: Sensor) -> Iterator[Mistake]:
    """Sections that ask for each other, or rule each other out."""
    camera = isinstance(sensor.transducer, Camera)
    if camera and sensor.window is not None:
        yield Mistake(("window",), "a picture of a camera is a window of its own", 'delete the section "window"')
    if not camera and sensor.window is None:
        yield Mistake((), 'missing key "window"', 'add for example "window: {length: 4 s, hop: 1 s}"')
    if camera != isinstance(sensor.features, ImageFeatures):
        modality = sensor.transducer.modality
        what = f"features.block {quoted(sensor.features.block)} does not suit transducer.modality {quoted(modality)}"
        yield Mistake(("features", "block"), what, f"use {quoted(modality)}")
    if isinstance(sensor.model, Architecture):
        yield from _learning(sensor, sensor.model)
    elif sensor.data is None and sensor.model.labels is None:
        todo = 'name its outputs, as in "labels: [no person, person]", or give "data"'
        yield Mistake(("model",), 'missing key "labels" in model', todo)


def _learning(sensor: Sensor, network: Architecture) -> Iterator[Mistake]:
    if isinstance(sensor.transducer, Camera):
        what = f"model.architecture {quoted(network.architecture)} does not take pictures"
        yield Mistake(("model", "architecture"), what, 'bring a trained model with "file"')
    if sensor.data is None:
        yield Mistake((), 'missing key "data"', "add it, so that there is something to train on")
    elif sensor.data.all_unseen:
        what = "nothing is left to train on when data.unseen is [all]"
        yield Mistake(("data", "unseen"), what, f"list the {sensor.data.group}s to hold out")


def _channels(transducer: MotionSensor) -> Iterator[Mistake]:
    channels = transducer.channels
    yield from _repeated([channel.name for channel in channels], ("transducer", "channels"), "name")
    for index, channel in enumerate(channels):
        dimension = "acceleration" if channel.unit in ("g", "m/s2") else "angular rate"
        loc: Loc = ("transducer", "channels", index, "resolution")
        try:
            if parse(channel.resolution, dimension) <= 0:
                yield Mistake(
                    loc,
                    f"{name(loc)}: {quoted(channel.resolution)} is not more than zero",
                    'write for example "0.244 mg"',
                )
        except UserError as error:
            yield Mistake(loc, f"{name(loc)}: {error.what}", error.todo)


def _groups(data: Data) -> Iterator[Mistake]:
    unseen, validation = data.unseen, data.validation
    if data.all_unseen and validation:
        yield Mistake(("data", "validation"), "data.unseen is [all], which leaves none for validation", "delete it")
    yield from _repeated(unseen, ("data", "unseen"))
    yield from _repeated(validation, ("data", "validation"))
    for index, group in enumerate(validation):
        if group in unseen:
            what = f"{data.group} {quoted(group)} is in data.unseen and in data.validation"
            todo = "keep it in one: what a choice was made on is not unseen"
            yield Mistake(("data", "validation", index), what, todo)


def _repeated(names: Sequence[str], loc: Loc, key: str = "") -> Iterator[Mistake]:
    for index, text in enumerate(names):
        if text in names[:index]:
            here = (*loc, index, key) if key else (*loc, index)
            yield Mistake(here, f"{quoted(text)} stands twice in {name(loc)}", "keep one, or rename the other")


def _window(sensor: Sensor) -> Iterator[Mistake]:
    if isinstance(sensor.transducer, Camera):
        return
    rate, window, channels = sensor.transducer.sample_rate, sensor.cut, sensor.transducer.values
    samples = window.length * rate
    size = samples * channels * _BYTES_PER_SAMPLE
    if size > _LARGEST_WINDOW:
        longest = _LARGEST_WINDOW / (rate * channels * _BYTES_PER_SAMPLE)
        what = f"a window of {window.length:g} s takes {size / 1e6:.3g} MB of samples, more than any board holds"
        shown = f"{int(longest)} s" if longest >= 1 else f"{longest:.3g} s"
        yield Mistake(("window", "length"), what, f"choose at most {shown}")
        return
    if window.hop > window.length:
        what = f"window.hop is {window.hop:g} s, longer than window.length of {window.length:g} s"
        yield Mistake(("window", "hop"), what, "choose a hop of at most the length, so that no signal goes unread")
        return
    for key, seconds in (("length", window.length), ("hop", window.hop)):
        count = round(seconds * rate)
        if count < 1 or abs(seconds * rate - count) > 1e-6 * count:
            nearest = max(count, 1) / rate
            what = f"window.{key} of {seconds:g} s is {seconds * rate:g} samples at {rate:g} Hz, not a whole number"
            yield Mistake(("window", key), what, f"choose for example {nearest:g} s")


def _features(sensor: Sensor) -> Iterator[Mistake]:
    features, transducer = sensor.features, sensor.transducer
    if not (isinstance(features, MotionFeatures) and isinstance(transducer, MotionSensor)):
        return
    samples, factor = round(sensor.cut.length * transducer.rate), features.decimate
    if samples % factor:
        what = f"features.decimate of {factor} does not divide the {samples} samples of a window"
        yield Mistake(("features", "decimate"), what, f"choose one of {_list(_divisors(samples))}")
    elif samples // factor < 2:
        what = f"a window of {samples} samples, decimated by {factor}, leaves {samples // factor} to classify"
        yield Mistake(("window", "length"), what, "choose a longer window or a smaller decimate")
    channels = [channel.name for channel in transducer.channels]
    for index, channel in enumerate(features.remove_mean):
        if channel not in channels:
            what = f"features.remove_mean names {quoted(channel)}, which is no channel"
            yield Mistake(("features", "remove_mean", index), what, f"use some of {_list(channels)}")
    yield from _repeated(features.remove_mean, ("features", "remove_mean"))


def _divisors(samples: int) -> list[int]:
    return [factor for factor in range(1, 17) if samples % factor == 0]


def _list(items: Sequence[object]) -> str:
    return ", ".join(str(item) for item in items)


def _files(sensor: Sensor, folder: Path) -> Iterator[Mistake]:
    if sensor.data is not None and not _inside(sensor.data.source, folder):
        what = f"data.source {quoted(sensor.data.source)} lies outside the folder of sensor.yaml"
        yield Mistake(("data", "source"), what, "move the recordings beside sensor.yaml and give their relative path")
    if isinstance(sensor.model, ModelFile) and not sensor.model.is_name:
        loc, file = ("model", "file"), sensor.model.file
        if not _inside(file, folder):
            what = f"model.file {quoted(file)} lies outside the folder of sensor.yaml"
            yield Mistake(loc, what, "copy the model beside sensor.yaml and give its relative path")
        elif not (folder / file).is_file():
            yield Mistake(loc, f"model.file {quoted(file)} does not exist", "give its path relative to sensor.yaml")


def _inside(text: str, folder: Path) -> bool:
    """Whether a path stays in the folder, on every system and through symbolic links."""
    windows = PureWindowsPath(text)
    if windows.drive or windows.root or PurePosixPath(text).is_absolute():
        return False
    try:
        return ".." not in windows.parts and (folder / text).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself, or a name that the system cannot store
        return False
