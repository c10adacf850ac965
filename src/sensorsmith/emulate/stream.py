"""A sensor at work: samples stream in, results come out, and a host may talk to it meanwhile."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import MissingTool, UserError
from sensorsmith.emulate.board import Board
from sensorsmith.interface import Result, Status, block, decode_result, register

_TICK = 0.02  # seconds between two looks at the clock and the line
_MOST = 4096  # bytes taken from the line at a time


def labels_of(board: Board, classes: int) -> list[str]:
    """The names of the classes, as the sensor itself gives them."""
    found = []
    for index in range(classes):
        board.write(register("TEXT_SEL").address, bytes([index]))
        text = board.read(block("TEXT").start, block("TEXT").size)
        found.append(text[2 : 2 + text[1]].decode())
    return found


def stream(board: Board, samples: npt.NDArray[np.int16], piece: int) -> Iterator[Result]:
    """Feed samples (n, C) in pieces of `piece`, and give each new result, read over the bus as a host would."""
    for at in range(0, len(samples), piece):
        board.feed(samples[at : at + piece])
        result = decode_result(board.read(None, block("RESULT").size))
        if Status.NEW in result.status:
            yield result


class Line(Protocol):
    """A serial line to a host."""

    def receive(self) -> bytes | None:
        """What the host has sent, if anything; None when it is gone."""
        ...

    def send(self, data: bytes) -> None: ...


@dataclass
class _Socket:
    connection: socket.socket

    def receive(self) -> bytes | None:
        if not select.select([self.connection], [], [], _TICK)[0]:
            return b""
        try:
            return self.connection.recv(_MOST) or None
        except OSError:
            return None

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)


@dataclass
class _Terminal:
    descriptor: int

    def receive(self) -> bytes | None:
        if not select.select([self.descriptor], [], [], _TICK)[0]:
            return b""
        return os.read(self.descriptor, _MOST)

    def send(self, data: bytes) -> None:
        os.write(self.descriptor, data)


@dataclass(frozen=True)
class Tcp:
    """A port of this machine that waits for one host."""

    listener: socket.socket

    @property
    def address(self) -> str:
        return "tcp://{}:{}".format(*self.listener.getsockname()[:2])

    @contextmanager
    def accept(self) -> Iterator[Line]:
        with self.listener.accept()[0] as connection:
            yield _Socket(connection)


@contextmanager
def tcp(port: int) -> Iterator[Tcp]:
    """Listen on a port of this machine, 0 for any free one.

    Raises:
        UserError: the port is taken.
    """
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise UserError(f"port {port} cannot be opened", where="--serve", todo="choose another port") from error
        listener.listen(1)
        yield Tcp(listener)
    finally:
        listener.close()


@contextmanager
def terminal() -> Iterator[tuple[str, Line]]:
    """A pseudo-terminal: the path of the serial port that a host opens, and our end of it.

    Raises:
        MissingTool: this system has none.
    """
    if not hasattr(os, "openpty"):
        raise MissingTool("this system has no pseudo-terminals", where="--serve", todo="use --serve with a port number")
    import tty

    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        yield os.ttyname(theirs), _Terminal(ours)
    finally:
        os.close(ours)
        os.close(theirs)


def serve(board: Board, samples: npt.NDArray[np.int16], rate: float, line: Line, seconds: float | None = None) -> None:
    """Let a host talk to the sensor over a serial line, while samples (n, C) come at their rate, again and again.

    Args:
        rate: samples per second.
        seconds: how long; until the host is gone by default.
    """
    start, fed, now = time.monotonic(), 0, 0.0
    while (seconds is None or now < seconds) and (received := line.receive()) is not None:
        now = time.monotonic() - start
        due = int(now * rate) - fed
        if due > 0:
            board.feed(samples[np.arange(fed, fed + due) % len(samples)])
            fed += due
        if received:
            line.send(board.uart(received))
