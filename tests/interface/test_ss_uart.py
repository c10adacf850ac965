"""runtime/interface/ss_uart.c, compiled for this machine."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import tiny
from tests.interface.device import FRAME, Device, library

from sensorsmith.interface import Error, crc8, decode_identity, decode_result


class Line:
    """A device on a serial line."""

    def __init__(self, lib: ctypes.CDLL) -> None:
        self.device = Device(lib)
        self._uart, self._reply = ctypes.create_string_buffer(1024), ctypes.create_string_buffer(FRAME)
        lib.ss_uart_open(self._uart, self.device.state)

    def send(self, data: bytes) -> bytes:
        reply = b""
        for byte in data:
            size = self.device.library.ss_uart_receive(self._uart, byte, self._reply)
            reply += self._reply.raw[:size]
        return reply

    def read(self, address: int, count: int) -> bytes:
        reply = self.send(frame(b"R" + bytes([address, count])))
        assert reply[:3] == b"r" + bytes([address, count]) and crc8(reply) == 0
        return reply[3:-1]


def frame(data: bytes) -> bytes:
    return data + bytes([crc8(data)])


@pytest.fixture(scope="module")
def lib(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return library(tiny.SENSOR, tmp_path_factory.mktemp("uart"))


@pytest.fixture
def line(lib: ctypes.CDLL) -> Line:
    return Line(lib)


def test_reading(line: Line) -> None:
    assert decode_identity(line.read(0x00, 16)).classes == 7
    line.device.publish(3, 0x40, 250)
    assert decode_result(line.read(0x10, 16)).class_index == 3


def test_every_byte_is_that_of_i2c(line: Line) -> None:
    over_uart = b"".join(line.read(at, 32) for at in range(0, 256, 32))
    assert over_uart == Device(line.device.library).read(0x00, 256)


def test_writing(line: Line) -> None:
    assert line.send(frame(b"W\x24\x01\x05")) == frame(b"w\x24\x01")
    assert line.device.value("DEBOUNCE") == 5
    assert line.send(frame(b"W\x00\x01\x05")) == frame(b"w\x00\x01")
    assert line.device.value("LAST_ERR") == Error.READ_ONLY


@pytest.mark.parametrize("data", [b"R\x00\x00", b"R\x00\x21", b"X\x00\x01", b"r\x00\x01", b"\0" * 40])
def test_what_is_no_frame_is_not_answered(line: Line, data: bytes) -> None:
    assert line.send(frame(data)) == b""
    assert decode_identity(line.read(0x00, 16))


@given(at=st.integers(0, 4), bit=st.integers(0, 7))
def test_a_frame_with_a_wrong_bit_changes_nothing(lib: ctypes.CDLL, at: int, bit: int) -> None:
    line, data = Line(lib), bytearray(frame(b"W\x24\x01\x05"))
    data[at] ^= 1 << bit
    assert line.send(bytes(data)) == b""
    line.send(bytes(FRAME))
    assert line.device.value("DEBOUNCE") == 1
    assert decode_identity(line.read(0x00, 16))


@given(noise=st.binary(max_size=200))
def test_after_any_noise_a_flush_brings_it_back(lib: ctypes.CDLL, noise: bytes) -> None:
    line = Line(lib)
    line.send(noise)
    line.send(bytes(FRAME))
    assert decode_identity(line.read(0x00, 16)).classes == 7
