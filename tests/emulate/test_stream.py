"""A sensor at work, and a host that talks to it over a serial line: over TCP, and over a pseudo-terminal."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from tests import tiny

from sensorsmith.base.errors import UserError
from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, open_board
from sensorsmith.emulate.stream import labels_of, serve, stream, tcp, terminal
from sensorsmith.interface import crc8, decode_identity, decode_result

pytest.importorskip("unicorn")

BOARD = load_board("nucleo-l4r5zi")
SAMPLES = np.random.default_rng(0).integers(-32000, 32000, (80, 2)).astype(np.int16)


@pytest.fixture
def board(tiny_elf: bytes) -> Iterator[CortexM]:
    with open_board(BOARD, tiny_elf, tiny.SHAPE) as opened:
        yield opened


def test_labels_come_from_the_device(board: CortexM) -> None:
    assert labels_of(board, 3) == list(tiny.LABELS)


@pytest.mark.parametrize("piece", [1, 3, 4])
def test_each_result_comes_once(board: CortexM, piece: int) -> None:
    assert [result.sequence for result in stream(board, SAMPLES, piece)] == list(range(1, 20))


def _request(address: int, count: int) -> bytes:
    frame = bytes([ord("R"), address, count])
    return frame + bytes([crc8(frame)])


def _talk(exchange: Callable[[bytes], bytes]) -> None:
    identity = exchange(_request(0x00, 16))
    assert decode_identity(identity[3:-1]).classes == 3
    while decode_result((exchange(_request(0x10, 16)))[3:-1]).sequence < 3:
        pass


def test_a_host_over_tcp(board: CortexM) -> None:
    seen = []

    def host(address: tuple[str, int]) -> None:
        with socket.create_connection(address, timeout=20) as connection:

            def exchange(data: bytes) -> bytes:
                connection.sendall(data)
                found = b""
                while len(found) < 20:
                    found += connection.recv(20 - len(found))
                return found

            _talk(exchange)
            seen.append("all")

    with tcp(0) as port:
        name, number = re.fullmatch(r"tcp://(127\.0\.0\.1):(\d+)", port.address).groups()  # type: ignore[union-attr]
        talker = threading.Thread(target=host, args=((name, int(number)),))
        talker.start()
        with port.accept() as line:
            serve(board, SAMPLES, 50.0, line)
        talker.join()
    assert seen == ["all"]


def test_a_port_that_is_taken() -> None:
    with tcp(0) as port:
        number = int(port.address.rsplit(":", 1)[1])
        with (
            pytest.raises(UserError, match=rf"^--serve: port {number} cannot be opened; choose another port$"),
            tcp(number),
        ):
            pass


def test_a_host_over_a_pseudo_terminal(board: CortexM) -> None:
    seen = []

    def host(path: str) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)

        def exchange(data: bytes) -> bytes:
            os.write(descriptor, data)
            found = b""
            while len(found) < 20:
                found += os.read(descriptor, 20 - len(found))
            return found

        _talk(exchange)
        seen.append("all")
        os.close(descriptor)

    with terminal() as (path, line):
        talker = threading.Thread(target=host, args=(path,))
        talker.start()
        while talker.is_alive():
            serve(board, SAMPLES, 50.0, line, seconds=0.2)
        talker.join()
    assert seen == ["all"]
