"""runtime/interface/ss_registers.c, compiled for this machine."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.interface import Status, crc8, decode_identity, decode_result, emit_c
from sensorsmith.spec.types import Sensor

_MODEL_ID = bytes(range(32))
_BUILD_ID = bytes(range(100, 132))
_STATE = 512  # more than sizeof(struct ss_registers)


@dataclass
class Device:
    """A register file, and a host that reads it as a bus would."""

    library: ctypes.CDLL

    def __post_init__(self) -> None:
        self.state = ctypes.create_string_buffer(_STATE)
        self.ids = [ctypes.create_string_buffer(i, 32) for i in (_MODEL_ID, _BUILD_ID)]
        self.library.ss_bus_read.restype = ctypes.c_uint8
        self.library.ss_registers_start(self.state, 7, *self.ids)

    def point(self, register: int, *data: int) -> None:
        self.library.ss_bus_start_write(self.state)
        for byte in (register, *data):
            self.library.ss_bus_write(self.state, byte)

    def start_read(self) -> None:
        self.library.ss_bus_start_read(self.state)

    def take(self, length: int) -> bytes:
        return bytes(self.library.ss_bus_read(self.state) for _ in range(length))

    def read(self, length: int) -> bytes:
        self.start_read()
        data = self.take(length)
        self.library.ss_bus_end_read(self.state)
        return data

    def publish(self, class_index: int, confidence: int, time_ms: int) -> None:
        self.library.ss_publish(self.state, class_index, confidence, time_ms)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, tiny_sensor: Sensor) -> ctypes.CDLL:
    room = files("sensorsmith") / "runtime" / "interface"
    sources = {name: (room / name).read_text() for name in ("ss_registers.c", "ss_registers.h")}
    return load(build_shared(sources | emit_c(tiny_sensor), tmp_path_factory.mktemp("registers")))


@pytest.fixture
def device(library: ctypes.CDLL) -> Iterator[Device]:
    yield Device(library)


def test_the_crc_is_that_of_python(library: ctypes.CDLL) -> None:
    library.ss_crc8.restype = ctypes.c_uint8
    for data in (b"", b"123456789", bytes(range(255)), b"\xff" * 32):
        assert library.ss_crc8(data, len(data)) == crc8(data)


def test_identity(device: Device) -> None:
    device.point(0x00)
    identity = decode_identity(device.read(16))
    assert (identity.vendor, identity.product, identity.classes, identity.confidence_bits) == (0x1234, 0x0203, 7, 4)


def test_before_the_first_window(device: Device) -> None:
    result = decode_result(device.read(16))
    assert (result.status, result.class_index, result.sequence) == (Status.WARMING_UP, None, 0)


def test_a_read_without_pointer_gives_the_result(device: Device) -> None:
    device.publish(5, 0xF0, 0x01020304)
    result = decode_result(device.read(16))
    assert (result.class_index, result.confidence, result.time) == (5, 0xF0 / 256, 0x01020304 / 1000)


def test_the_pointer_advances_and_returns_to_the_result_after_a_read(device: Device) -> None:
    device.point(0x0E)
    assert device.read(4)[2:] == b"\x04\xff"
    assert device.read(1) == b"\x04"


def test_a_pointer_may_be_written_in_a_transaction_before_the_read(device: Device) -> None:
    device.point(0x00)
    device.start_read()
    assert device.take(4) == b"MLS1"


def test_every_address(device: Device) -> None:
    device.point(0x00)
    everything = device.read(256)
    assert everything[0x40:0x60] == _MODEL_ID
    assert everything[0x60:0x80] == _BUILD_ID
    assert everything[0x20:0x40] == b"\xff" * 32
    assert everything[0x80:] == b"\xff" * 128
    for address in range(256):
        device.point(address)
        assert device.read(1)[0] == everything[address], hex(address)


def test_the_pointer_wraps_around(device: Device) -> None:
    device.point(0xFE)
    assert device.read(6) == b"\xff\xffMLS1"


def test_nothing_can_be_written(device: Device) -> None:
    device.publish(1, 0x80, 160)
    device.read(1)
    device.point(0x00)
    before = device.read(256)
    for address in range(256):
        device.point(address, 0xA5, 0x5A, 0x00)
    device.point(0x00)
    assert device.read(256) == before


def test_a_read_sees_one_result_whatever_is_published_meanwhile(device: Device) -> None:
    device.publish(1, 0x10, 100)
    device.start_read()
    first = device.take(5)
    device.publish(2, 0x20, 200)
    device.publish(3, 0x30, 300)
    old = decode_result(first + device.take(11))
    assert (old.class_index, old.sequence, old.time) == (1, 1, 0.1)
    device.library.ss_bus_end_read(device.state)
    new = decode_result(device.read(16))
    assert (new.class_index, new.sequence, new.time) == (3, 3, 0.3)


def test_new_is_true_once_for_each_result_whose_status_is_read(device: Device) -> None:
    device.publish(0, 0, 0)
    device.point(0x11)
    device.read(8)
    assert Status.NEW in decode_result(device.read(16)).status
    assert Status.NEW not in decode_result(device.read(16)).status
    device.publish(0, 0, 0)
    assert Status.NEW in decode_result(device.read(16)).status


@pytest.mark.parametrize(
    ("classes", "expected"), [((0,), 1), ((3, 3), 8), ((0, 14), 0x4001), ((15,), 0x8000), ((16, 254), 0x8000)]
)
def test_events_stay(device: Device, classes: tuple[int, ...], expected: int) -> None:
    for class_index in classes:
        device.publish(class_index, 0, 0)
    device.read(16)
    assert decode_result(device.read(16)).events == expected


def test_the_state_fits(tmp_path: Path, tiny_sensor: Sensor) -> None:
    room = files("sensorsmith") / "runtime" / "interface"
    size = (
        '#include "ss_registers.h"\nunsigned size(void);\nunsigned size(void) { return sizeof(struct ss_registers); }\n'
    )
    sources = {"size.c": size, "ss_registers.h": (room / "ss_registers.h").read_text()}
    assert load(build_shared(sources | emit_c(tiny_sensor), tmp_path)).size() <= _STATE
