"""The motion sensors that real boards carry: STMicroelectronics' LSM6DS family, and how sensor.yaml sets one up.

Source of the registers and codes: the data sheets of LSM6DS3, LSM6DSL and LSM6DSO, chapters "Register description" and
"Mechanical characteristics"; they agree in everything that is used here but WHO_AM_I.
"""

from __future__ import annotations

from sensorsmith.base.errors import BoardError
from sensorsmith.data import dimension, resolution
from sensorsmith.firmware.period import period
from sensorsmith.spec.types import Channel, MotionSensor, Sensor

WHO_AM_I = {
    "LSM6DS3": 0x69,
    "LSM6DS3TR-C": 0x6A,
    "LSM6DSL": 0x6A,
    "LSM6DSM": 0x6A,
    "LSM6DSO": 0x6C,
    "LSM6DSOX": 0x6C,
}
"""What register 0x0F reads, by the name of the part."""

# Output data rates in Hz with their code, bits 7 to 4 of CTRL1_XL and CTRL2_G.
_RATES = {12.5: 1, 26.0: 2, 52.0: 3, 104.0: 4, 208.0: 5, 416.0: 6, 833.0: 7, 1666.0: 8}
# Size of one count with the code of its full scale, bits 3 to 1.
_SCALES = {
    "acceleration": {"0.061 mg": 0b000, "0.122 mg": 0b100, "0.244 mg": 0b110, "0.488 mg": 0b010},
    "angular rate": {
        "4.375 mdps": 0b001,
        "8.75 mdps": 0b000,
        "17.5 mdps": 0b010,
        "35 mdps": 0b100,
        "70 mdps": 0b110,
    },
}
_FIRST = {"angular rate": 0, "acceleration": 6}  # bytes behind OUTX_L_G
_READY = {"angular rate": 0x02, "acceleration": 0x01}  # bits of STATUS_REG
_REGISTERS = {"acceleration": "CTRL1_XL", "angular rate": "CTRL2_G"}


def emit_lsm6ds(sensor: Sensor) -> dict[str, str]:
    """The C file `ss_part.c`: how the part is set up, and where each channel stands among its values.

    Raises:
        BoardError: the part is none of the family, or cannot be set up as described.
    """
    transducer = sensor.transducer
    assert isinstance(transducer, MotionSensor)
    if transducer.part not in WHO_AM_I:
        raise BoardError(
            f"transducer.part {transducer.part!r} has no driver for this board",
            where="sensor.yaml",
            todo=f"use one of {', '.join(WHO_AM_I)}",
        )
    rate = _rate_code(transducer.rate)
    controls = dict.fromkeys(_REGISTERS.values(), 0)  # power down
    ready, places = 0, []
    for channel in transducer.channels:
        kind = dimension(channel)
        control = rate << 4 | _scale_code(channel) << 1
        if controls[_REGISTERS[kind]] not in (0, control):
            raise BoardError(
                f"channel {channel.name!r} has another resolution than the other channels of {kind}",
                where="sensor.yaml",
                todo="give all channels of one kind the same; the part has one range for the three axes",
            )
        controls[_REGISTERS[kind]] = control
        ready |= _READY[kind]
        places.append(_FIRST[kind] + 2 * _axis(channel))
    values = [WHO_AM_I[transducer.part], *controls.values(), ready]
    text = (
        "/* The motion sensor. Generated; do not edit. */\n"
        '#include "lsm6ds.h"\n\n'
        "const struct lsm6ds ss_part = {\n"
        f"    {', '.join(f'0x{value:02X}u' for value in values)}, {period(sensor, 1)}, "
        f"{{{', '.join(map(str, places))}}},\n"
        "};\n"
    )
    return {"ss_part.c": text}


def _rate_code(rate: float) -> int:
    """The slowest rate of the part that has something new at each tick of the sampling clock."""
    for offered, code in _RATES.items():
        if offered >= 2 * rate:
            return code
    most = max(_RATES) / 2
    raise BoardError(
        f"transducer.rate of {rate:g} Hz is more than the part delivers; it is asked at half its own rate",
        where="sensor.yaml",
        todo=f"choose at most {most:g} Hz",
    )


def _scale_code(channel: Channel) -> int:
    kind = dimension(channel)
    for size, code in _SCALES[kind].items():
        if abs(resolution(channel) / resolution(channel.model_copy(update={"resolution": size})) - 1) < 0.01:
            return code
    raise BoardError(
        f"channel {channel.name!r} has a resolution of {channel.resolution}, which is no range of the part",
        where="sensor.yaml",
        todo=f"choose one of {', '.join(_SCALES[kind])}",
    )


def _axis(channel: Channel) -> int:
    axis = "xyz".find(channel.name[-1])
    if axis < 0:
        raise BoardError(
            f"the name of channel {channel.name!r} does not say its axis",
            where="sensor.yaml",
            todo="end it in x, y or z",
        )
    return axis
