"""Host drivers in Python: the same logic in four dialects, each with the bus of its own.

The texts in `python/` are joined to one module. They hold no number of the register map: what they call `_NAME` becomes
a line of the module when the map has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files

from sensorsmith.interface.crc import INITIAL, POLYNOMIAL
from sensorsmith.interface.registers import (
    BLOCKS,
    KEY,
    MAGIC,
    NONE,
    REGISTERS,
    SETTINGS,
    VERSION,
    Block,
    Register,
)
from sensorsmith.spec.types import Interface

_LAYOUT = {"u8": "B", "u16": "H", "u32": "I"}
_LINE = 90  # characters of a value, beside which its name has room


class _Code(int):
    """An address or a code: a number that is written in hexadecimal."""

    def __repr__(self) -> str:
        return f"0x{self:02X}"


def smbus2() -> dict[str, str]:
    """Python on Linux, over I2C."""
    return _files("smbus2", "from smbus2 import SMBus", "SMBus(1)")


def serial() -> dict[str, str]:
    """Python, over a serial line."""
    return _files("serial", "import serial", 'serial.Serial("/dev/ttyACM0", 115200)')


def circuitpython() -> dict[str, str]:
    """CircuitPython, over I2C."""
    return _files("circuitpython", "import board", "board.I2C()")


def micropython() -> dict[str, str]:
    """MicroPython, over I2C."""
    return _files("micropython", "from machine import I2C", "I2C(0)")


def _files(dialect: str, imports: str, bus: str) -> dict[str, str]:
    """The driver of a dialect, and an example that opens the bus by these words."""
    example = _text("example.py").replace("# <imports>", imports).replace("<bus>", bus)
    return {"mls1.py": _driver(dialect), "example.py": example}


def _driver(dialect: str) -> str:
    head, _, own = _text(f"{dialect}.py").partition("\n\n\n")
    bus = own if "_I2C" not in own else f"{_text('i2c.py')}\n\n{own}"
    logic = _text("mls1.py").replace("# <bus>\n", f"{bus}\n\n")
    registers = _lines(_names(logic), "const({})" if "import const" in head else "{}")
    parts = {"# <head>": head, "# <registers>": "\n".join(registers), "    # <settings>": "\n".join(_properties())}
    for mark, part in parts.items():
        logic = logic.replace(mark, part)
    return logic


def _text(name: str) -> str:
    return files("sensorsmith.interface.drivers").joinpath("python", f"{name}.in").read_text(encoding="utf-8")


def _names(text: str) -> list[str]:
    """What the text calls by the name of a constant, in the order in which it does so first."""
    return list(dict.fromkeys(re.findall(r"\b_([A-Z][A-Z0-9_]+)\b", text)))


def _lines(names: Iterable[str], number: str) -> Iterable[str]:
    """The constants among the names. Numbers that a compiler may fold are written as `number` says."""
    known = _numbers() | _tables()
    yield f"# Of the register map MLS1 {VERSION[0]}.{VERSION[1]}, made by Sensorsmith; changes will be lost."
    for name in names:
        if name in known:
            value = known[name]
            yield f"_{name} = {number.format(repr(value)) if isinstance(value, int) else _literal(value)}"


def _properties() -> Iterable[str]:
    for r in SETTINGS:
        yield f'    {r.name.lower()} = _setting("{r.name.lower()}")  # {r.meaning}'


def _numbers() -> dict[str, int]:
    """Addresses of registers, codes, and everything else that is a number, by name."""
    found: dict[str, int] = {r.name: _Code(r.address) for r in REGISTERS}
    for r in REGISTERS:
        found |= {f"{r.name}_{code.name}": _Code(code) for code in r.named}
        found |= {f"{r.name}_SIZE": r.size, f"{r.name}_BITS": 8 * r.size}
    least, most = next(r.limits for r in SETTINGS if r.name == "ADDR" and r.limits)
    return found | {
        "ADDRESS": _Code(Interface().address),
        "ADDRESS_LEAST": _Code(least),
        "ADDRESS_MOST": _Code(most),
        "CRC_INITIAL": _Code(INITIAL),
        "CRC_POLYNOMIAL": _Code(POLYNOMIAL),
        "KEY": _Code(KEY),
        "MAJOR": VERSION[0],
        "NONE": _Code(NONE),
        "SETTINGS_START": _Code(SETTINGS[0].address),
        "UART_FRAME": max(b.size for b in BLOCKS) + 4,
    }


def _tables() -> dict[str, object]:
    """Everything else: blocks, names of bits and codes by their place, and settings with their limits."""
    blocks = {b.name: (b.name, _Code(b.start), _layout(b.registers), _check_of(b)) for b in BLOCKS}
    names = {f"{r.name}_NAMES": _places(r) for r in REGISTERS if r.bits or r.codes}
    settings = tuple((r.name.lower(), *r.limits) for r in SETTINGS if r.limits is not None)
    return blocks | names | {"MAGIC": MAGIC, "SETTINGS": settings, "SETTINGS_LAYOUT": _layout(SETTINGS)}


def _layout(registers: Iterable[Register]) -> str:
    """Registers that follow each other, as the module `struct` has it."""
    return "<" + "".join(_LAYOUT.get(r.type, f"{r.size}s") for r in registers)


def _check_of(block: Block) -> int | None:
    """Where the check sum of a block is that has none of its own."""
    return None if block.crc else _Code(next(r.address for r in REGISTERS if r.name == f"{block.name}_CRC"))


def _places(register: Register) -> tuple[str, ...]:
    """The name of bit n, or of code n, at place n."""
    places = {bit.mask.bit_length() - 1: bit.name for bit in register.bits}
    places |= {int(code): code.name for code in register.named}
    return tuple(places.get(n, str(n)) for n in range(max(places) + 1))


def _literal(value: object) -> str:
    """As a formatter would write it."""
    if not isinstance(value, tuple):
        return repr(value).replace("'", '"')
    parts = [_literal(part) for part in value]
    line = f"({', '.join(parts)})"
    return line if len(line) < _LINE else "(\n" + "".join(f"    {part},\n" for part in parts) + ")"
