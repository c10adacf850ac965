"""The drivers in C and C++, compiled for this machine, and a sensor that is emulated."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import tiny
from tests.interface.drivers.bench import Bus

from sensorsmith.base.hashing import hash_json
from sensorsmith.boards import load_board
from sensorsmith.emulate import open_board
from sensorsmith.interface import Error, SelfTest, Status, Text, decode_result, register
from sensorsmith.interface.drivers import driver

pytest.importorskip("unicorn")

ROOT = Path(__file__).parents[3]
STUBS = Path(__file__).with_name("stubs")
BOARD = load_board("nucleo-l4r5zi")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Wshadow", "-Werror")
OK, NO_ANSWER, NOT_A_SENSOR, OTHER_VERSION, WRONG_SUM, NOT_AS_SENT, OUT_OF_LIMITS, LOCKED, REFUSED, TOO_LATE = range(10)

_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint8)
_READ = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint8)
_WAIT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32)


class CBus(ctypes.Structure):
    _fields_ = [("context", ctypes.c_void_p), ("write", _WRITE), ("read", _READ), ("wait", _WAIT)]


class Sensor(ctypes.Structure):
    _fields_ = [
        ("bus", CBus),
        *((name, ctypes.c_uint16) for name in ("version", "vendor", "product")),
        *((name, ctypes.c_uint8) for name in ("modality", "task", "classes", "confidence_bits", "capabilities")),
        ("seen", ctypes.c_uint32),
    ]


class Result(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_uint8) for name in ("status", "class_index", "confidence", "count")),
        *((name, ctypes.c_uint32) for name in ("sequence", "time_ms")),
        ("events", ctypes.c_uint16),
        ("period_ds", ctypes.c_uint8),
    ]


def files(kind: str, folder: Path) -> Path:
    for name, text in driver(kind).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def compiled(*words: str | Path) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def bus(tiny_elf: bytes) -> Iterator[Bus]:
    with open_board(BOARD, tiny_elf, tiny.SHAPE) as board:
        yield Bus(board)


FUNCTIONS = (
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint8),
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint8),
    ctypes.CFUNCTYPE(None, ctypes.c_uint32),
)


def transactions(bus: Bus) -> tuple[Callable[..., int], Callable[..., int], Callable[..., None]]:
    """The three functions that a driver in C is given."""

    def write(data: Any, size: int) -> int:
        try:
            bus.write(0x2A, bytes(data[:size]))
        except OSError:
            return 1
        return 0

    def read(pointer: int, into: Any, size: int) -> int:
        try:
            found = bus.read(0x2A, None if pointer < 0 else pointer, size)
        except OSError:
            return 1
        for i, byte in enumerate(found):
            into[i] = byte
        return 0

    return write, read, lambda ms: bus.sleep(ms / 1000)


# --------------------------------------------------------------------------------------------------- the core, linux-c


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = files("linux-c", tmp_path_factory.mktemp("core"))
    compiled("cc", "-std=c11", "-O1", *WARNINGS, "-shared", "-fPIC", "-o", folder / "core.so", folder / "mls1.c")
    found = ctypes.CDLL(str(folder / "core.so"))
    found.mls1_words.restype = ctypes.c_char_p
    found.mls1_get.restype = ctypes.c_uint16
    return found


class Host:
    """A program that uses the core."""

    def __init__(self, core: ctypes.CDLL, bus: Bus) -> None:
        write, read, wait = transactions(bus)
        self.core, self.bus, self.sensor = core, bus, Sensor()
        self._bus = CBus(
            None, _WRITE(lambda _, *a: write(*a)), _READ(lambda _, *a: read(*a)), _WAIT(lambda _, ms: wait(ms))
        )

    def open(self) -> int:
        return int(self.core.mls1_open(ctypes.byref(self.sensor), ctypes.byref(self._bus)))

    def call(self, name: str, *arguments: Any) -> int:
        return int(getattr(self.core, f"mls1_{name}")(ctypes.byref(self.sensor), *arguments))

    def result(self) -> Result:
        found = Result()
        assert self.call("read_result", ctypes.byref(found)) == OK
        return found

    def next(self) -> Result | None:
        found, fresh = Result(), ctypes.c_uint8()
        assert self.call("next", ctypes.byref(found), ctypes.byref(fresh)) == OK
        return found if fresh.value else None

    def text(self, selector: int) -> str:
        found = ctypes.create_string_buffer(30)
        assert self.call("text", selector, found) == OK
        return found.value.decode()

    def configure(self, **settings: int) -> int:
        found = ctypes.create_string_buffer(12)
        assert self.call("read_settings", found) == OK
        for name, value in settings.items():
            error = int(self.core.mls1_set(found, register(name).address, value))
            if error:
                return error
        return self.call("configure", found)

    def setting(self, name: str) -> int:
        found = ctypes.create_string_buffer(12)
        assert self.call("read_settings", found) == OK
        return int(self.core.mls1_get(found, register(name).address))


@pytest.fixture
def host(core: ctypes.CDLL, bus: Bus) -> Host:
    found = Host(core, bus)
    assert found.open() == OK
    return found


def test_identity_labels_and_hashes(host: Host) -> None:
    assert (host.sensor.version, host.sensor.vendor, host.sensor.product) == (0x0001, 0x1234, 0x0203)
    assert [host.text(i) for i in range(host.sensor.classes)] == list(tiny.LABELS)
    assert (host.text(Text.PRODUCT), host.text(200)) == ("tiny", "")
    ids = ctypes.create_string_buffer(32)
    assert host.call("model_id", ids) == OK and ids.raw == bytes(range(32))
    assert host.call("build_id", ids) == OK and ids.raw[:16] == bytes(16) != ids.raw[16:]


def test_results_come_once_and_in_order(host: Host) -> None:
    assert host.next() is None and host.result().status == Status.WARMING_UP
    seen = []
    for _ in range(40):
        host.bus.feed(2)
        found = host.next()
        if found is not None:
            seen.append((found.sequence, found.time_ms))
    assert seen == [(n, 160 + 80 * (n - 1)) for n in range(1, 20)]


def test_settings(host: Host) -> None:
    assert host.configure(DEBOUNCE=3, SLEEP_S=300) == OK
    assert (host.setting("DEBOUNCE"), host.setting("SLEEP_S"), host.setting("MODE")) == (3, 300, 1)
    assert host.configure(DEBOUNCE=33) == OUT_OF_LIMITS
    assert host.configure(COMMIT=1) == OUT_OF_LIMITS
    assert host.call("lock") == OK
    assert host.configure(DEBOUNCE=2) == LOCKED and host.setting("DEBOUNCE") == 3


def test_settings_that_only_the_sensor_refuses(host: Host) -> None:
    """A driver of an earlier version may know wider limits."""
    settings = ctypes.create_string_buffer(bytes([7]) + bytes(11), 12)
    assert host.call("configure", settings) == REFUSED
    assert host.setting("MODE") == 1


def test_commands(host: Host) -> None:
    passed = ctypes.c_uint8()
    assert host.call("self_test", ctypes.byref(passed), 1000) == OK
    assert passed.value == SelfTest.RUN | SelfTest.KNOWN_ANSWER | SelfTest.MEMORY | SelfTest.TRANSDUCER
    host.bus.feed(400)
    tallies = ctypes.create_string_buffer(31)
    assert host.call("tallies", tallies) == OK and sum(tallies.raw) > 10 and host.result().events in (3, 7)
    assert host.call("command", 3, 1000) == OK
    assert host.call("tallies", tallies) == OK and not any(tallies.raw) and host.result().events == 0
    assert host.call("command", 99, 1000) == REFUSED
    last, count = ctypes.c_uint8(), ctypes.c_uint16()
    assert host.call("errors", ctypes.byref(last), ctypes.byref(count)) == OK
    assert (last.value, count.value) == (Error.BAD_COMMAND, 1)


def test_a_single_shot_and_one_that_never_ends(host: Host) -> None:
    assert host.configure(MODE=0) == OK
    assert host.call("command", 1, 1000) == OK and host.result().sequence == 1
    host.bus.sleep = lambda _: None  # type: ignore[method-assign]
    assert host.call("command", 1, 50) == TOO_LATE


def test_noise_is_read_again(host: Host) -> None:
    host.bus.spoil(2)
    assert host.result().sequence == 0
    host.bus.mute(2)
    assert host.result().sequence == 0
    host.bus.spoil(3)
    assert host.call("read_result", ctypes.byref(Result())) == WRONG_SUM
    ids = ctypes.create_string_buffer(32)
    host.bus.spoil(1)
    assert host.call("model_id", ids) == OK and ids.raw == bytes(range(32))


def test_nobody_and_somebody_else(core: ctypes.CDLL, bus: Bus) -> None:
    host = Host(core, bus)
    bus.mute(1000)
    assert host.open() == NO_ANSWER
    assert core.mls1_words(NO_ANSWER) == b"no answer on the bus; check power, wiring, pull-ups and the address"
    bus.mute(0)
    bus.spoil(1000)
    assert host.open() == NOT_A_SENSOR
    assert core.mls1_words(NOT_A_SENSOR) == b"what answers is not an ML sensor; check the address"


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_all_of_it_compiles_without_a_warning(compiler: str, tmp_path: Path) -> None:
    folder = files("linux-c", tmp_path)
    sources = [folder / name for name in ("show.c", "mls1.c", "mls1_linux.c")]
    compiled(compiler, "-std=c11", "-O2", *WARNINGS, "-o", folder / "show", *sources)
    done = subprocess.run([folder / "show", "/dev/i2c-none"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr == "/dev/i2c-none: No such file or directory\n"


# ------------------------------------------------------------------------------------------------------------- Arduino


def test_arduino(tmp_path: Path, bus: Bus) -> None:
    source = files("arduino", tmp_path) / "src"
    compiled("cc", "-std=c11", "-fPIC", "-c", "-o", tmp_path / "mls1.o", source / "mls1.c")
    own = [source / "MLSensor.cpp", STUBS / "arduino_bench.cpp", tmp_path / "mls1.o"]
    compiled(
        "c++", "-std=c++11", *WARNINGS, f"-I{STUBS}", f"-I{source}", "-shared", "-fPIC", "-o", tmp_path / "a.so", *own
    )
    library = ctypes.CDLL(str(tmp_path / "a.so"))
    for name in ("begin", "available", "set", "lock", "clear", "self_test"):
        getattr(library, f"bench_{name}").restype = ctypes.c_bool
    library.bench_label.restype = library.bench_error.restype = ctypes.c_char_p
    library.bench_confidence.restype = ctypes.c_float
    functions = [kind(function) for kind, function in zip(FUNCTIONS, transactions(bus), strict=True)]
    library.bench_bus(*functions)

    assert not library.bench_begin(0x33)
    assert library.bench_error() == b"no answer on the bus; check power, wiring, pull-ups and the address"
    assert library.bench_begin(0x2A)
    assert [library.bench_label(i).decode() for i in range(3)] == list(tiny.LABELS)
    assert library.bench_label(255) == b""
    seen = []
    for _ in range(20):
        bus.feed(2)
        if library.bench_available():
            seen.append((library.bench_sequence(), library.bench_class(), library.bench_confidence()))
    assert [sequence for sequence, _, _ in seen] == list(range(1, 10))
    assert all(index < 3 and 0 <= confidence < 1 for _, index, confidence in seen)
    debounce = register("DEBOUNCE").address
    assert library.bench_set(debounce, 2) and not library.bench_set(debounce, 99)
    assert library.bench_self_test() and library.bench_clear() and library.bench_lock()
    assert not library.bench_set(debounce, 3)
    assert library.bench_error() == b"the settings are locked until power is off"


@pytest.mark.skipif(shutil.which("avr-g++") is None, reason="avr-g++ is not installed")
def test_arduino_fits_an_uno(tmp_path: Path) -> None:
    """ATmega328P: 32 KiB of flash and 2 KiB of RAM, of which the driver takes little."""
    source = files("arduino", tmp_path) / "src"
    flags = ("-mmcu=atmega328p", "-Os", "-Wall", "-Wextra", "-Werror", f"-I{STUBS}", f"-I{source}")
    compiled("avr-gcc", "-std=c11", *flags, "-c", "-o", tmp_path / "mls1.o", source / "mls1.c")
    compiled("avr-g++", "-std=c++11", *flags, "-c", "-o", tmp_path / "MLSensor.o", source / "MLSensor.cpp")
    sizes = subprocess.run(
        ["avr-size", "-t", tmp_path / "mls1.o", tmp_path / "MLSensor.o"], capture_output=True, text=True, check=True
    )
    text, data, bss = map(int, sizes.stdout.splitlines()[-1].split()[:3])
    assert text < 6500 and data + bss < 700


# --------------------------------------------------------------------------------------------------------------- Zephyr


def test_zephyr(tmp_path: Path, bus: Bus) -> None:
    """Against headers of our own that have the names and types of Zephyr's: the kit itself is not at hand."""
    folder = files("zephyr", tmp_path)
    flags = ("-std=gnu11", *WARNINGS, f"-I{STUBS}", f"-I{folder / 'include'}", "-shared", "-fPIC")
    own = [folder / "src" / "mls1.c", folder / "src" / "mls1_zephyr.c", STUBS / "zephyr_bench.c"]
    compiled("cc", *flags, "-o", tmp_path / "z.so", *own)
    library = ctypes.CDLL(str(tmp_path / "z.so"))
    library.bench_logged.restype = ctypes.c_char_p
    functions = [kind(function) for kind, function in zip(FUNCTIONS, transactions(bus), strict=True)]
    library.bench_bus(*functions)

    def get(channel: int) -> tuple[int, int]:
        value = (ctypes.c_int32 * 2)()
        assert library.bench_get(channel, value) == 0
        return value[0], value[1]

    bus.mute(1000)
    assert library.bench_start() == -19
    assert library.bench_logged() == b"no answer on the bus; check power, wiring, pull-ups and the address"
    bus.mute(0)
    assert library.bench_start() == 0
    bus.feed(8)
    assert library.bench_fetch() == 0
    expected = decode_result(bus.board.read(None, 16))
    first = 64
    assert get(first) == (expected.class_index, 0)
    assert get(first + 1) == (0, int(expected.confidence * 1_000_000))
    assert get(first + 3) == (1, 0) and get(first + 4) == (expected.events, 0)
    assert library.bench_get(first + 9, (ctypes.c_int32 * 2)()) == -95
    text = ctypes.create_string_buffer(30)
    assert library.bench_label(1, text) == 0 and text.value == b"right"
    bus.mute(3)
    assert library.bench_fetch() == -5


# -------------------------------------------------------------------------------------------------------------- ESPHome


def test_esphome_has_been_asked() -> None:
    """ESPHome is too heavy to be installed by every run; its answers are kept, and stand for this very driver."""
    kept = json.loads((ROOT / "benchmarks" / "results" / "esphome_driver.json").read_text())
    assert kept["driver"] == hash_json(driver("esphome")), "run: python benchmarks/esphome_driver.py"
    assert all(kept["found"].values()) and len(kept["found"]) == 6
