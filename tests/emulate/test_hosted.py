"""The sensor compiled for this machine and to WebAssembly, beside the same sensor on an emulated processor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests import tiny

from sensorsmith.base.errors import DataError, EmulatorError, MissingTool
from sensorsmith.boards import load_board
from sensorsmith.emulate import Hosted, open_board
from sensorsmith.firmware import build_hosted, build_wasm, find, port
from sensorsmith.interface import KEY, Command, ResetCause, crc8, decode_result, register
from sensorsmith.proofs import CHECKS, Stream, conformance

BUILD = [*range(0x70, 0x80), 0xC1, 0xC2]
"""FW_ID and the check sums that cover it: all in which two builds of one sensor differ."""


@pytest.fixture(params=[build_hosted, build_wasm])
def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hosted]:
    if request.param is build_wasm:
        pytest.importorskip("wasmtime")
        _need_compiler()
    with Hosted(request.param(tiny.SENSOR, tiny.SOURCES, tiny.FACTS, tmp_path), 2) as sensor:
        yield sensor


def _need_compiler() -> None:
    try:
        find("wasm")
    except MissingTool as missing:
        pytest.skip(str(missing))


def test_its_registers_are_those_of_an_emulated_board(hosted: Hosted, tiny_elf: bytes) -> None:
    """Byte for byte, after every piece of a stream, after settings, commands and a reset."""
    pytest.importorskip("unicorn")
    stream = tiny.stream(400, 7)
    stream[50] = 32767

    def registers(board: Hosted) -> bytes:
        return bytes(byte for i, byte in enumerate(board.read(0x00, 256)) if i not in BUILD)

    with open_board(load_board("nucleo-l4r5zi"), tiny_elf, tiny.SHAPE) as emulated:
        boards = (hosted, emulated)

        def both(act: str, *arguments: object) -> None:
            for board in boards:
                getattr(board, act)(*arguments)
            assert registers(hosted) == registers(emulated)  # type: ignore[arg-type]
            assert [hosted.peek(word) for word in (port.LIGHT, port.LINE, port.ADDRESS, port.SAMPLING)] == [
                emulated.peek(word)  # type: ignore[attr-defined]
                for word in (port.LIGHT, port.LINE, port.ADDRESS, port.SAMPLING)
            ]

        for at in range(0, 200, 10):
            both("feed", stream[at : at + 10])
        settings = bytes([1, 2, 0, 0x70, 2, 1, 7, 1, 0, 1, 0, 0x31])
        both("write", 0x20, settings)
        both("write", register("COMMIT").address, bytes([KEY]))
        both("feed", stream[200:300])
        both("poke", port.LOST, 9)
        both("feed", stream[:30])
        for command in (Command.SELF_TEST, Command.CLEAR, Command.SINGLE, Command.RESET):
            both("write", register("CMD").address, bytes([command]))
            both("feed", stream[300:360])
        both("write", 0x20, bytes([9]))
        both("write", register("COMMIT").address, bytes([KEY]))
        both("reset")
        both("feed", stream)
    assert hosted.read(register("RESET_CAUSE").address, 1)[0] == ResetCause.POWER_ON


def test_the_serial_line(hosted: Hosted) -> None:
    hosted.feed(tiny.stream(8))
    request = bytes([ord("R"), 0x10, 16])
    reply = hosted.uart(request + bytes([crc8(request)]))
    assert decode_result(reply[3:-1]).sequence == 1


def test_a_long_stream(hosted: Hosted) -> None:
    hosted.feed(np.resize(tiny.stream(32), (100_000, 2)))
    assert decode_result(hosted.read(None, 16)).time == 2000.0


def test_samples_of_another_shape(hosted: Hosted) -> None:
    with pytest.raises(DataError, match=r"^samples are int16\(4, 3\), not int16 \(n, 2\)$"):
        hosted.feed(np.zeros((4, 3), np.int16))


def test_it_conforms(hosted: Hosted) -> None:
    found = conformance(hosted, Stream(8, 4, 2))
    assert {check.name: check.verdict for check in found} == {check.name: "passed" for check in CHECKS}


def test_a_module_needs_nothing_of_its_host_and_is_built_the_same_again(tmp_path: Path) -> None:
    wasmtime = pytest.importorskip("wasmtime")
    _need_compiler()
    made = [build_wasm(tiny.SENSOR, tiny.SOURCES, tiny.FACTS, tmp_path / name) for name in ("a", "b")]
    assert made[0].read_bytes() == made[1].read_bytes()
    module = wasmtime.Module(wasmtime.Engine(), made[0].read_bytes())
    assert module.imports == []
    names = {export.name for export in module.exports}
    assert {"memory", "ss_port", "ss_device_start", "ss_samples_isr", "ss_bus_isr", "ss_work"} <= names


def test_a_module_that_traps(tmp_path: Path) -> None:
    pytest.importorskip("wasmtime")
    _need_compiler()
    wild = tiny.SOURCES["tiny.c"].replace("return 0;", "return *(volatile int *)0xA0000000;")
    file = build_wasm(tiny.SENSOR, tiny.SOURCES | {"tiny.c": wild}, tiny.FACTS, tmp_path)
    with (
        pytest.raises(EmulatorError, match=r"^sensor\.wasm: the module stopped: .*out of bounds"),
        Hosted(file, 2) as it,
    ):
        it.feed(tiny.stream(8))
