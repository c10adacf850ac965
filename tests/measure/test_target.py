from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests import tiny

from sensorsmith.base.errors import ToolFailed
from sensorsmith.boards import load_board
from sensorsmith.measure import model_energy, model_time, profile
from sensorsmith.measure.result import expected_result
from sensorsmith.spec.types import Outputs


def test_time_and_energy_are_instructions_times_the_factors_of_the_board() -> None:
    board = load_board("nucleo-l4r5zi")
    time, energy = model_time(board, 1_200_000), model_energy(board, 1_200_000)
    assert time == pytest.approx({"min": 1.19e-2, "typ": 1.25e-2, "max": 1.45e-2})
    assert energy == pytest.approx({"min": 1.428e6 * 0.32e-9, "typ": 1.5e6 * 0.345e-9, "max": 1.74e6 * 0.37e-9})


def test_no_energy_is_invented_for_a_board_without_a_published_figure() -> None:
    assert model_energy(load_board("nano33ble-sense"), 1000) is None


class Unsteady:
    """A board whose work depends on the signal, as no firmware of ours may."""

    def profile(self, samples: Any) -> dict[str, int]:
        return {"ss_window": 1000 + int(samples[0, 0] > 0)}

    def stack_used(self) -> int:
        return 100


def test_work_that_depends_on_the_signal_is_refused() -> None:
    board = load_board("nucleo-l4r5zi")
    with pytest.raises(ToolFailed) as caught:
        profile(Unsteady(), board, np.ones((4, 2), np.int16), (-32768, 32767))  # type: ignore[arg-type]
    assert str(caught.value) == "NUCLEO-L4R5ZI: the number of instructions depends on the signal"


def outputs(bits: int, threshold: float = 0.0) -> Outputs:
    return tiny.SENSOR.outputs.model_copy(update={"confidence_bits": bits, "threshold": threshold})


def test_class_and_confidence_that_the_device_must_report() -> None:
    scores = np.array([[-128, 127, 0], [5, 5, -128], [-128, -128, -128]], np.int8)
    classes, confidence = expected_result(scores, outputs(4))
    assert classes.tolist() == [1, 0, 0]
    assert confidence.tolist() == [0xF0, 0x80, 0]
    assert expected_result(scores, outputs(0))[1].tolist() == [0, 0, 0]
    assert expected_result(scores, outputs(8))[1].tolist() == [255, 133, 0]


def test_below_the_threshold_no_class_is_expected() -> None:
    scores = np.array([[-128, 127, 0], [5, 5, -128]], np.int8)
    classes, confidence = expected_result(scores, outputs(8, 0.75))
    assert (classes.tolist(), confidence.tolist()) == ([1, -1], [255, 0])
