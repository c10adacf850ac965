"""What the transducer of a sensor.yaml means for recordings: counts per unit, samples per window, the rate."""

from __future__ import annotations

from sensorsmith.base.errors import DataError
from sensorsmith.base.units import DIMENSIONS, convert, parse
from sensorsmith.spec.types import Camera, Channel, Sensor

RATE_TOLERANCE = 0.01  # 1 %: clocks of phones and watches are better, and a wrong setting is further off


def dimension(channel: Channel) -> str:
    """The name in `base.units.DIMENSIONS` of what a channel measures."""
    return next(name for name in ("acceleration", "angular rate") if channel.unit in DIMENSIONS[name].units)


def resolution(channel: Channel) -> float:
    """Size of one count in the base unit of the channel's dimension (m/s2 or rad/s)."""
    return parse(channel.resolution, dimension(channel))


def counts_per_unit(channel: Channel, unit: str) -> float:
    """How many counts of the transducer one `unit` of a recording is.

    Raises:
        DataError: the recording's unit measures something else than the channel.
    """
    kind = dimension(channel)
    if unit not in DIMENSIONS[kind].units:
        raise DataError(f"channel {channel.name!r} is recorded in {unit!r}, which is not a unit of {kind}")
    return convert(1.0, unit, DIMENSIONS[kind].base) / resolution(channel)


def window_samples(sensor: Sensor) -> tuple[int, int]:
    """Length and hop of the window in samples; `load_sensor` has seen to it that they are whole."""
    rate = sensor.transducer.sample_rate
    return round(sensor.cut.length * rate), round(sensor.cut.hop * rate)


def sample_range(sensor: Sensor) -> tuple[int, int]:
    """The smallest and the largest count of the transducer."""
    return (0, 255) if isinstance(sensor.transducer, Camera) else (-32768, 32767)


def columns(sensor: Sensor) -> list[tuple[str, str]]:
    """Name and unit of each value in a sample of a recording; the pixels of a row are shares of white, in 255ths."""
    if isinstance(sensor.transducer, Camera):
        return [(f"p{column}", "1/255") for column in range(sensor.transducer.width)]
    return [(channel.name, channel.unit) for channel in sensor.transducer.channels]


def check_rate(rate_hz: float, sensor: Sensor, where: str) -> None:
    """Refuse a recording whose rate is further than `RATE_TOLERANCE` from the transducer's.

    Raises:
        DataError: naming both rates.
    """
    expected = sensor.transducer.sample_rate
    if not abs(rate_hz - expected) <= RATE_TOLERANCE * expected:
        raise DataError(
            f"recorded at {rate_hz:.4g} Hz, but the transducer samples at {expected:.4g} Hz",
            where=where,
            todo="set transducer.rate to the rate of the recordings, or record again",
        )
