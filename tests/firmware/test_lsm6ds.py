from __future__ import annotations

from typing import Any

import pytest
from tests import tiny

from sensorsmith.base.errors import BoardError
from sensorsmith.firmware.lsm6ds import emit_lsm6ds
from sensorsmith.spec.types import Channel, Sensor


def described(part: str = "LSM6DS3", rate: float = 50.0, **channels: tuple[str, str]) -> Sensor:
    """A sensor with these channels: name = (unit, resolution)."""
    found = [Channel.model_validate({"name": n, "unit": u, "resolution": r}) for n, (u, r) in channels.items()]
    changes: dict[str, Any] = {"part": part, "rate": rate} | ({"channels": found} if found else {})
    return tiny.SENSOR.model_copy(update={"transducer": tiny.SENSOR.transducer.model_copy(update=changes)})


def facts(sensor: Sensor) -> str:
    """The numbers in the file."""
    return emit_lsm6ds(sensor)["ss_part.c"].splitlines()[4].strip()


def test_six_channels() -> None:
    """+-8 g and +-2000 deg/s at 104 Hz; the rates of turn come first in the part's registers."""
    both = {f"a{axis}": ("g", "0.244 mg") for axis in "xyz"} | {f"w{axis}": ("rad/s", "70 mdps") for axis in "xyz"}
    assert facts(described(**both)) == "0x69u, 0x4Cu, 0x4Cu, 0x03u, {20000u, 0u}, {6, 8, 10, 0, 2, 4},"


def test_one_channel() -> None:
    """The gyroscope stays powered down, and is not waited for."""
    assert facts(described("LSM6DSO", az=("m/s2", "0.061 mg"))) == "0x6Cu, 0x40u, 0x00u, 0x01u, {20000u, 0u}, {10},"


@pytest.mark.parametrize(
    ("resolution", "control"),
    [("0.061 mg", 0x0), ("0.122 mg", 0x8), ("0.244 mg", 0xC), ("0.488 mg", 0x4), ("0.00239 m/s2", 0xC)],
)
def test_ranges_of_acceleration(resolution: str, control: int) -> None:
    assert facts(described(ax=("g", resolution))).split(", ")[1] == f"0x{0x40 | control:02X}u"


@pytest.mark.parametrize(
    ("resolution", "control"),
    [("4.375 mdps", 0x2), ("8.75 mdps", 0x0), ("17.5 mdps", 0x4), ("35 mdps", 0x8), ("70 mdps", 0xC)],
)
def test_ranges_of_the_rate_of_turn(resolution: str, control: int) -> None:
    assert facts(described(wz=("dps", resolution))).split(", ")[2] == f"0x{0x40 | control:02X}u"


@pytest.mark.parametrize(("rate", "code"), [(1.0, 1), (6.25, 1), (7.0, 2), (52.0, 4), (100.0, 5), (833.0, 8)])
def test_the_part_is_at_least_twice_as_fast(rate: float, code: int) -> None:
    assert facts(described(rate=rate)).split(", ")[1] == f"0x{code << 4 | 0xC:02X}u"


@pytest.mark.parametrize(
    ("sensor", "message"),
    [
        (
            described("BMI270"),
            "sensor.yaml: transducer.part 'BMI270' has no driver for this board; "
            "use one of LSM6DS3, LSM6DS3TR-C, LSM6DSL, LSM6DSM, LSM6DSO, LSM6DSOX",
        ),
        (
            described(rate=1000.0),
            "sensor.yaml: transducer.rate of 1000 Hz is more than the part delivers; it is asked at half its own rate; "
            "choose at most 833 Hz",
        ),
        (
            described(ax=("g", "1 mg")),
            "sensor.yaml: channel 'ax' has a resolution of 1 mg, which is no range of the part; "
            "choose one of 0.061 mg, 0.122 mg, 0.244 mg, 0.488 mg",
        ),
        (
            described(ax=("g", "0.061 mg"), ay=("g", "0.122 mg")),
            "sensor.yaml: channel 'ay' has another resolution than the other channels of acceleration; "
            "give all channels of one kind the same; the part has one range for the three axes",
        ),
        (
            described(up=("g", "0.061 mg")),
            "sensor.yaml: the name of channel 'up' does not say its axis; end it in x, y or z",
        ),
    ],
)
def test_what_the_part_cannot_be(sensor: Sensor, message: str) -> None:
    with pytest.raises(BoardError) as caught:
        emit_lsm6ds(sensor)
    assert str(caught.value) == message
