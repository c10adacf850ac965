"""Host drivers in Python: one file for every dialect, `mls1.py`, and a thin bus for each."""

from __future__ import annotations

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
    Command,
    CommandState,
    Error,
    SelfTest,
    Status,
    Text,
    block,
    register,
)
from sensorsmith.spec.types import Interface

MARK = "# <constants>\n"
_FLUSH = 36  # as SS_UART_FLUSH in runtime/interface/ss_uart.h


def _offset(name: str, of: Block) -> int:
    return register(name).address - of.start


def _constants() -> str:
    """What mls1.py knows of the map."""
    config, control = block("CONFIG"), block("CONTROL")
    settings = {r.name: (_offset(r.name, config), r.size, *r.limits) for r in SETTINGS if r.limits is not None}
    values: dict[str, object] = {
        "MAGIC": MAGIC,
        "MAJOR": VERSION[0],
        "NONE": NONE,
        "KEY": KEY,
        "DEFAULT_ADDRESS": Interface().address,
        "RESULT": block("RESULT").start,
        "UART_FLUSH": _FLUSH,
        "CRC_POLYNOMIAL": POLYNOMIAL,
        "CRC_INITIAL": INITIAL,
        "BLOCKS": {b.name: (b.start, b.size) for b in BLOCKS},
        "ADDRESSES": {r.name: r.address for r in REGISTERS if r.access != "ro"},
        "SETTINGS": settings,
        "SETTINGS_START": SETTINGS[0].address,
        "SETTINGS_SIZE": sum(r.size for r in SETTINGS),
        "TALLIES": register("TALLIES").size,
        "LOCK_OFFSET": _offset("LOCK", config),
        **{f"{name}_OFFSET": _offset(name, control) for name in ("CMD_STATE", "SELFTEST", "LAST_ERR", "ERR_COUNT")},
        **{f"STATUS_{bit.name}": int(bit) for bit in Status},
        **{f"CMD_{code.name}": int(code) for code in Command},
        **{f"CMD_STATE_{code.name}": int(code) for code in CommandState},
        **{f"SELFTEST_{bit.name}": int(bit) for bit in SelfTest},
        **{f"TEXT_{code.name}": int(code) for code in Text},
        "ERRORS": {int(code): code.name for code in Error},
    }
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    return "# Made from the register map of Sensorsmith; changes will be lost.\n" + "\n".join(lines) + "\n"


def driver(dialect: str) -> dict[str, str]:
    """The files of a dialect: `smbus2`, `circuitpython`, `micropython` or `serial`."""
    room = files("sensorsmith.interface.drivers").joinpath("python")
    common = room.joinpath("mls1.py").read_text(encoding="utf-8").replace(MARK, _constants())
    name = f"mls1_{dialect}.py"
    return {"mls1.py": common, name: room.joinpath(name).read_text(encoding="utf-8")}
