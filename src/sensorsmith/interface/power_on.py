"""The register map of one sensor: its content at power on, and its texts."""

from __future__ import annotations

from collections.abc import Sequence

from sensorsmith.base.errors import DataError
from sensorsmith.interface.registers import NONE, REGISTERS, SETTINGS, TEXT_BYTES, Modality, Task, Text
from sensorsmith.spec.types import Outputs, Sensor

SIZE = 256
_MODALITIES = {"motion": Modality.MOTION, "image": Modality.IMAGE}
_TASKS = {"classify": Task.CLASSIFY}


def power_on(sensor: Sensor, labels: Sequence[str], model_id: bytes) -> bytes:
    """All 256 bytes of the map at power on, before any check sum is computed; DOC_ID and FW_ID are 0.

    Args:
        labels: names of the classes, 1 to 254.
        model_id: SHA-256 of the compiled model, 32 bytes.
    """
    image = bytearray([NONE]) * SIZE
    values = _values(sensor, len(labels)) | {"MODEL_ID": int.from_bytes(model_id, "little")}
    for r in REGISTERS:
        value = values.get(r.name, r.reset or 0)
        image[r.address : r.address + r.size] = value.to_bytes(r.size, "little")
    return bytes(image)


def _values(sensor: Sensor, classes: int) -> dict[str, int]:
    outputs = sensor.outputs
    return {
        "VENDOR": sensor.identity.vendor_id,
        "PRODUCT": sensor.identity.product_id,
        "MODALITY": _MODALITIES[sensor.transducer.modality],
        "TASK": _TASKS[sensor.task],
        "N_CLASS": classes,
        "CONF_BITS": outputs.confidence_bits,
        "PERIOD_DS": max(1, min(255, round(sensor.cut.hop * 10))),
        "THRESH": threshold_register(outputs),
        "DEBOUNCE": outputs.debounce,
        "SMOOTHING": outputs.smoothing,
        "ADDR": sensor.interface.address,
    }


def settings_at_power_on(sensor: Sensor) -> dict[str, int]:
    """The settings, by the name of their register, until a host changes them."""
    values = _values(sensor, 0)
    return {r.name: values.get(r.name, r.reset or 0) for r in SETTINGS}


def threshold_register(outputs: Outputs) -> int:
    """THRESH for the threshold of sensor.yaml."""
    return int(min(255, round(outputs.threshold * 256)))


def texts(sensor: Sensor, labels: Sequence[str]) -> dict[int, bytes]:
    """What TEXT shows for each value of TEXT_SEL, in UTF-8.

    Raises:
        DataError: a label does not fit.
    """
    found = {index: label.encode() for index, label in enumerate(labels)}
    for index, text in found.items():
        if len(text) > TEXT_BYTES:
            raise DataError(
                f"the label {labels[index]!r} has {len(text)} bytes, but the register TEXT holds {TEXT_BYTES}",
                where="data",
                todo="shorten it",
            )
    found[Text.PRODUCT] = sensor.identity.name.encode()[:TEXT_BYTES]
    if sensor.identity.datasheet_url:
        found[Text.DATASHEET] = sensor.identity.datasheet_url.encode()
    return found
