"""Host drivers in C and C++: one core, `mls1.c`, and a thin shell for each host."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from sensorsmith.interface.crc import INITIAL, POLYNOMIAL
from sensorsmith.interface.emit_c import codes, places
from sensorsmith.interface.registers import KEY, MAGIC, NONE, SETTINGS, VERSION
from sensorsmith.spec.types import Interface

MARK = "# <constants>\n"
_CORE = ("mls1.h", "mls1.c")


def _read(room: str, name: str) -> str:
    return files("sensorsmith.interface.drivers").joinpath(room, name).read_text(encoding="utf-8")


def _map() -> str:
    """`mls1_map.h`: what the core knows of the map."""
    limits = ((f"0x{r.address:02X}", r.size, *r.limits) for r in SETTINGS if r.limits is not None)
    rows = ", ".join(f"{{{', '.join(f'{value}u' for value in row)}}}" for row in limits)
    constants = {
        "MAJOR": f"{VERSION[0]}u",
        "DEFAULT_ADDRESS": f"0x{Interface().address:02X}u",
        "NONE": f"{NONE}u",
        "KEY": f"0x{KEY:02X}u",
        "CRC_POLYNOMIAL": f"0x{POLYNOMIAL:02X}u",
        "CRC_INITIAL": f"0x{INITIAL:02X}u",
        "MAGIC_VALUE": "{" + ", ".join(f"'{chr(byte)}'" for byte in MAGIC) + "}",
        "LIMITS": "{" + rows + "}",
    }
    lines = [
        "/* Made from the register map of Sensorsmith; changes will be lost. */",
        "#ifndef MLS1_MAP_H",
        "#define MLS1_MAP_H",
        *places("MLS1"),
        *codes("MLS1"),
        *(f"#define MLS1_{name} {value}" for name, value in constants.items()),
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def _core(folder: str = "") -> dict[str, str]:
    return {f"{folder}{name}": _read("c", name) for name in _CORE} | {f"{folder}mls1_map.h": _map()}


def linux_c() -> dict[str, str]:
    """C for any host, and for the I2C buses of Linux."""
    return _core() | {name: _read("c", name) for name in ("mls1_linux.h", "mls1_linux.c", "show.c")}


_ARDUINO = {
    "library.properties": "library.properties",
    "keywords.txt": "keywords.txt",
    "src/MLSensor.h": "MLSensor.h",
    "src/MLSensor.cpp": "MLSensor.cpp",
    "examples/Show/Show.ino": "Show.ino",
}


def arduino() -> dict[str, str]:
    """An Arduino library."""
    return _core("src/") | _named("arduino", _ARDUINO)


_ESPHOME = ("__init__.py", "sensor.py", "text_sensor.py", "binary_sensor.py", "mls1_component.h", "mls1_component.cpp")


def esphome() -> dict[str, str]:
    """An external component of ESPHome."""
    settings = {r.name.lower(): (r.address, *r.limits) for r in SETTINGS if r.limits is not None}
    constants = f"DEFAULT_ADDRESS = {Interface().address}\nSETTINGS = {settings!r}  # address, smallest, largest\n"
    shell = _named("esphome", {f"components/mls1/{name}": name for name in _ESPHOME})
    return _core("components/mls1/") | {name: text.replace(MARK, constants) for name, text in shell.items()}


_ZEPHYR = {
    "zephyr/module.yml": "module.yml",
    "CMakeLists.txt": "CMakeLists.txt",
    "Kconfig": "Kconfig",
    "dts/bindings/sensor/sensorsmith,mls1.yaml": "sensorsmith,mls1.yaml",
    "include/mls1_sensor.h": "mls1_sensor.h",
    "src/mls1_zephyr.c": "mls1_zephyr.c",
}


def zephyr() -> dict[str, str]:
    """An out-of-tree module of Zephyr."""
    core = _core()
    places = {f"{'include' if name.endswith('.h') else 'src'}/{name}": text for name, text in core.items()}
    return places | _named("zephyr", _ZEPHYR)


def _named(room: str, names: Mapping[str, str]) -> dict[str, str]:
    return {path: _read(room, name) for path, name in names.items()}
