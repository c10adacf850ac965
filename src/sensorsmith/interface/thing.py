"""A sensor as a W3C Web of Things Thing Description 1.1, for gateways and directories.

The W3C has no binding for I2C. The forms here use addresses `mls1+i2c://ADDRESS/REGISTER` and terms of our own,
prefixed `mls`, that say how a register is read: bytes and type, little-endian. A gateway that does not know them still
learns what the sensor offers.

Source: W3C, Web of Things (WoT) Thing Description 1.1, Recommendation of 5 December 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sensorsmith.interface.registers import KEY, REGISTERS, VERSION, Command, Register, register
from sensorsmith.spec.types import Sensor

_CONTEXT = ["https://www.w3.org/2022/wot/td/v1.1", {"mls": "urn:sensorsmith:mls1#"}]
_TYPES = {"u8": "integer", "u16": "integer", "u32": "integer", "ascii": "string", "utf8": "string", "bytes": "string"}
_UNITS = {"TIME_MS": "ms", "PERIOD_DS": "0.1 s", "CONF": "1/256", "THRESH": "1/256", "SLEEP_S": "s"}
_INNER = ("COMMIT", "LOCK", "CMD", "TEXT_SEL")
"""Registers that a host uses to do something, not to know something."""

Json = dict[str, Any]


def thing_description(sensor: Sensor, labels: Sequence[str]) -> Json:
    """The Thing Description of every device of this sensor, as JSON-LD.

    Args:
        labels: names of the classes.
    """
    identity = sensor.identity
    found: Json = {
        "@context": _CONTEXT,
        "id": f"urn:sensorsmith:{identity.vendor_id:04x}:{identity.product_id:04x}:{identity.name}",
        "title": identity.title,
        "description": identity.description,
        "version": {"instance": identity.version, "model": ".".join(map(str, VERSION))},
        "base": f"mls1+i2c://0x{sensor.interface.address:02X}/",
        "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}},
        "security": "nosec_sc",
        "properties": {r.name: _property(r, labels) for r in _shown()},
        "actions": {code.name: _action(code) for code in Command} | {"COMMIT": _key("COMMIT"), "LOCK": _key("LOCK")},
        "events": {"RESULT": _event()},
    }
    if identity.datasheet_url:
        found["links"] = [{"rel": "service-doc", "href": identity.datasheet_url}]
    return found


def _shown() -> list[Register]:
    return [r for r in REGISTERS if r.name not in _INNER and not r.name.endswith("_CRC")]


def _property(r: Register, labels: Sequence[str]) -> Json:
    found: Json = {"description": r.meaning, "type": _TYPES[r.type], "readOnly": r.access == "ro"}
    if r.limits:
        found |= {"minimum": r.limits[0], "maximum": r.limits[1]}
    elif _TYPES[r.type] == "integer":
        found |= {"minimum": 0, "maximum": 256**r.size - 1}
    if r.name in _UNITS:
        found["unit"] = _UNITS[r.name]
    if r.named:
        found["oneOf"] = [{"const": int(code), "title": code.name} for code in r.named]
    if r.name == "CLASS":
        found["oneOf"] = [{"const": i, "title": label} for i, label in enumerate(labels)]
        found["oneOf"].append({"const": 255, "title": "none"})
    if r.bits:
        found["mls:bits"] = [{"mls:bit": bit.mask.bit_length() - 1, "title": bit.name} for bit in r.bits]
    if r.privacy:
        found["mls:privacy"] = sorted(r.privacy)
    operations = ["readproperty"] if r.access == "ro" else ["readproperty", "writeproperty"]
    return found | {"forms": [_form(r, operations)]}


def _form(r: Register, operations: list[str], **more: Any) -> Json:
    return {
        "href": f"0x{r.address:02X}",
        "op": operations if len(operations) > 1 else operations[0],
        "contentType": "application/octet-stream",
        "mls:bytes": r.size,
        "mls:type": r.type,
    } | more


def _action(code: Command) -> Json:
    return {
        "description": f"write {int(code)} to CMD, then read CMD_STATE until it is no longer BUSY",
        "safe": False,
        "idempotent": code is not Command.SINGLE,
        "forms": [_form(register("CMD"), ["invokeaction"], **{"mls:value": int(code)})],
    }


def _key(name: str) -> Json:
    r = register(name)
    return {
        "description": r.meaning,
        "safe": False,
        "idempotent": True,
        "forms": [_form(r, ["invokeaction"], **{"mls:value": KEY})],
    }


def _event() -> Json:
    return {
        "description": "the event line is raised; INT_MASK says by what, reading STATUS lowers it",
        "data": {"type": "integer", "description": "CLASS"},
        "forms": [_form(register("STATUS"), ["subscribeevent"])],
    }
