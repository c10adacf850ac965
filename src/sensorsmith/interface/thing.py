"""A sensor as a W3C Web of Things Thing Description 1.1, for gateways and directories.

The W3C has no binding for I2C. The forms here use addresses `mls1+i2c://ADDRESS/REGISTER` and terms of our own,
prefixed `mls`, that docs/reference/thing-description.md explains. A gateway that does not know them still learns what
the sensor offers, and from the content type how the bytes of a number are put together.

Source: W3C, Web of Things (WoT) Thing Description 1.1, Recommendation of 5 December 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sensorsmith.interface.power_on import power_on
from sensorsmith.interface.registers import (
    BLOCKS,
    KEY,
    NONE,
    REGISTERS,
    VERSION,
    Bit,
    Block,
    Command,
    Register,
    Text,
    block,
    register,
)
from sensorsmith.spec.types import Sensor

_CONTEXT = ["https://www.w3.org/2022/wot/td/v1.1", {"mls": "urn:sensorsmith:mls1#", "@language": "en"}]
_NUMBERS = ("u8", "u16", "u32")
_UNITS = {"TIME_MS": "ms", "PERIOD_DS": "0.1 s", "CONF": "1/256", "THRESH": "1/256", "SLEEP_S": "s"}
_MADE_TO_ACT = ("COMMIT", "LOCK", "CMD")
"""Registers that a host uses to do something, not to know something; those of the block TEXT are like them."""

Json = dict[str, Any]


def thing_description(sensor: Sensor, labels: Sequence[str]) -> Json:
    """The Thing Description of every device of this sensor, as JSON-LD.

    Args:
        labels: names of the classes.
    """
    identity = sensor.identity
    content = power_on(sensor, labels, bytes(register("MODEL_ID").size))
    shown = [r for r in REGISTERS if _is_property(r)]
    found: Json = {
        "@context": _CONTEXT,
        "id": f"urn:sensorsmith:{identity.vendor_id:04x}:{identity.product_id:04x}:{identity.name}",
        "title": identity.title,
        "description": identity.description,
        "version": {"instance": identity.version},
        "mls:map": ".".join(map(str, VERSION)),
        "base": f"mls1+i2c://0x{sensor.interface.address:02X}/",
        "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}},
        "security": "nosec_sc",
        "properties": {r.name: _known(r, content) | _property(r) for r in shown},
        "actions": {code.name: _action(code) for code in Command}
        | {name: _key(register(name)) for name in ("COMMIT", "LOCK")}
        | {"TEXT": _text(labels)},
        "events": {bit.name: _raised(bit) for bit in register("INT_MASK").bits} | {"CLASSES": _kept()},
        "forms": [_whole(b) for b in BLOCKS if any(r in shown for r in b.registers)],
    }
    found["properties"]["CLASS"]["oneOf"] = [*_choices(enumerate(labels)), {"const": NONE, "title": "none"}]
    found["properties"]["CONF"]["multipleOf"] = 1 << (8 - sensor.outputs.confidence_bits)
    found["properties"]["EVENTS"]["mls:bits"] = _class_bits(labels)
    found["events"]["CLASSES"]["data"]["mls:bits"] = _class_bits(labels)
    if identity.datasheet_url:
        found["links"] = [{"rel": "service-doc", "href": identity.datasheet_url}]
    return found


def _is_property(r: Register) -> bool:
    return r.name not in _MADE_TO_ACT and r not in block("TEXT").registers and not r.name.endswith("_CRC")


def _known(r: Register, content: bytes) -> Json:
    """What is known before any device is read: what is the same in all of them, or set at power on."""
    value = int.from_bytes(content[r.address : r.address + r.size], "little")
    if r.type == "bytes":
        return {}
    if r.access == "rw":
        return {"default": value}
    if r.carries == "constant":
        return {"const": value.to_bytes(r.size, "little").decode() if r.type == "ascii" else value}
    return {}


def _property(r: Register) -> Json:
    staged = "; in force after COMMIT" if r.access == "rw" else ""
    operations = ["readproperty"] if r.access == "ro" else ["readproperty", "writeproperty"]
    return (
        {"description": r.meaning.replace("`", "") + staged}
        | _schema(r)
        | {"readOnly": r.access == "ro", "forms": [_form(r, operations)]}
        | ({"mls:privacy": sorted(r.privacy)} if r.privacy else {})
    )


def _schema(r: Register) -> Json:
    """Type, unit and range of what a register holds."""
    if r.type not in _NUMBERS:
        return {"type": "string"} | ({"contentEncoding": "base16"} if r.type == "bytes" else {})
    least, most = r.limits or (0, 256**r.size - 1)
    found: Json = {"type": "integer", "minimum": least, "maximum": most}
    if r.name in _UNITS:
        found["unit"] = _UNITS[r.name]
    if r.named:
        found["oneOf"] = _choices((int(code), code.name) for code in r.named)
    if r.bits:
        found["mls:bits"] = [_bit(bit.mask.bit_length() - 1, bit.name) for bit in r.bits]
    return found


def _choices(named: Iterable[tuple[int, str]]) -> list[Json]:
    return [{"const": value, "title": title} for value, title in named]


def _bit(number: int, title: str) -> Json:
    return {"mls:bit": number, "title": title}


def _class_bits(labels: Sequence[str]) -> list[Json]:
    """EVENTS has one bit for each class; the last stands for its class and all above."""
    last = 8 * register("EVENTS").size - 1
    bits = [_bit(i, label) for i, label in enumerate(labels[:last])]
    return [*bits, _bit(last, ", ".join(labels[last:]))] if len(labels) > last else bits


def _form(r: Register, operations: Sequence[str], **terms: Any) -> Json:
    """How a register is reached. For a number the content type is what octet-stream codecs of gateways understand."""
    order = ";signed=false;byteSeq=LITTLE_ENDIAN" if r.type in _NUMBERS else ""
    return {
        "href": f"0x{r.address:02X}",
        "op": list(operations),
        "contentType": f"application/octet-stream;length={r.size}{order}",
        "mls:bytes": r.size,
        "mls:type": r.type,
    } | {f"mls:{term}": value for term, value in terms.items()}


def _whole(b: Block) -> Json:
    """A block, whose registers are of one moment when they are read together."""
    return {
        "href": f"0x{b.start:02X}",
        "op": "readmultipleproperties",
        "contentType": f"application/octet-stream;length={b.size}",
        "mls:bytes": b.size,
        "mls:block": b.name,
        "mls:crc": b.crc,
    }


def _action(code: Command) -> Json:
    return {
        "description": f"write {int(code)} to CMD, then read CMD_STATE until it is no longer BUSY",
        "safe": False,
        "idempotent": code is not Command.SINGLE,
        "forms": [_form(register("CMD"), ["invokeaction"], value=int(code))],
    }


def _key(r: Register) -> Json:
    return {
        "description": r.meaning,
        "safe": False,
        "idempotent": True,
        "forms": [_form(r, ["invokeaction"], value=KEY)],
    }


def _text(labels: Sequence[str]) -> Json:
    others = ((int(text), text.name) for text in Text)
    return {
        "description": "write the number of a text to TEXT_SEL, then read the block TEXT",
        "safe": True,
        "idempotent": True,
        "input": {"type": "integer", "oneOf": _choices([*enumerate(labels), *others])},
        "output": {"type": "string", "maxLength": register("TEXT_UTF8").size},
        "forms": [_form(register("TEXT_SEL"), ["invokeaction"], block="TEXT")],
    }


def _raised(bit: Bit) -> Json:
    """What raises the event line when its bit of INT_MASK is set; reading STATUS lowers the line."""
    status = register("STATUS")
    form = _form(status, ["subscribeevent", "unsubscribeevent"], mask=int(bit.mask))
    return _event(f"the event line is raised: {bit.meaning}", status, form | {"subprotocol": "mls1-line"})


def _kept() -> Json:
    """What a host without the event line may look for as seldom as it likes."""
    events = register("EVENTS")
    form = _form(events, ["subscribeevent", "unsubscribeevent"])
    return _event(events.meaning, events, form | {"subprotocol": "mls1-poll"})


def _event(description: str, data: Register, form: Mapping[str, Any]) -> Json:
    return {"description": description, "data": _schema(data), "forms": [form]}
