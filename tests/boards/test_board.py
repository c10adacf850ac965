from __future__ import annotations

from math import ceil, floor

import pytest
from pydantic import ValidationError

from sensorsmith.base.errors import BoardError
from sensorsmith.boards import Figure, list_boards, load_board


def test_the_known_boards() -> None:
    assert list_boards() == ["mps2-an386", "nano33ble-sense", "nucleo-l4r5zi", "pico"]


@pytest.mark.parametrize("name", list_boards())
def test_every_board_loads_and_is_frozen(name: str) -> None:
    board = load_board(name)
    assert board.name == name
    assert board.flash.start + board.flash.size <= board.ram.start  # what the firmware's linker script supposes
    with pytest.raises(ValidationError, match="frozen"):
        board.title = "another"


def test_the_energy_of_the_nucleo_is_that_of_its_source() -> None:
    """Energy over cycles of the four entries that the file cites: microjoule, milliseconds."""
    entries = [(1820, 43.19), (3895, 88.93), (6919, 165.1), (203, 5.26)]
    board = load_board("nucleo-l4r5zi")
    figure = board.energy_per_cycle
    assert figure is not None and board.clock.typ is not None
    found = [energy * 1e-6 / (time * 1e-3 * board.clock.typ) for energy, time in entries]
    outwards = (floor(min(found) * 1e11) / 1e11, ceil(max(found) * 1e11) / 1e11)
    assert (figure.min, figure.max) == pytest.approx(outwards, rel=1e-12)


def test_what_nobody_published_is_absent() -> None:
    assert load_board("nano33ble-sense").energy_per_cycle is None


def test_an_unknown_board_names_the_closest() -> None:
    with pytest.raises(BoardError) as caught:
        load_board("nucleo-l4r5")
    assert str(caught.value) == (
        "board: there is no board 'nucleo-l4r5'; did you mean 'nucleo-l4r5zi'? "
        "known are mps2-an386, nano33ble-sense, nucleo-l4r5zi, pico"
    )


@pytest.mark.parametrize("name", ["", "..", "../boards/nucleo-l4r5zi", "zzz"])
def test_a_board_that_is_nothing_like_any(name: str) -> None:
    with pytest.raises(BoardError, match=r"known are mps2-an386, nano33ble-sense, nucleo-l4r5zi, pico$"):
        load_board(name)


@pytest.mark.parametrize("values", [{}, {"min": 2, "max": 1}, {"typ": 0}])
def test_a_figure_that_makes_no_sense(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="min, typ and max must be positive and in order of size"):
        Figure.model_validate({"unit": "Hz", "source": "a published source"} | values)


def test_a_figure_without_a_source() -> None:
    with pytest.raises(ValidationError, match="source"):
        Figure(unit="Hz", typ=1.0, source="")
