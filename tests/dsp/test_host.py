from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sensorsmith.dsp import HostFeatures, feature_block
from sensorsmith.spec.types import Sensor


def test_two_blocks_do_not_disturb_each_other(sensor: Callable[..., Sensor]) -> None:
    """Both libraries have a function of the same name."""
    coarse, fine = (feature_block(sensor(acceleration=text)) for text in ("8 g", "1 g"))
    built = [HostFeatures(coarse), HostFeatures(fine)]
    raw = np.full((1, 48, 6), 1000, np.int16)
    assert [b.transform(raw).tolist() for b in built] == [b.transform(raw).tolist() for b in (coarse, fine)]
    assert coarse.transform(raw).tolist() != fine.transform(raw).tolist()


def test_windows_need_not_be_contiguous(sensor: Callable[..., Sensor]) -> None:
    block = feature_block(sensor())
    raw = np.random.default_rng(1).integers(-9999, 9999, (6, 4, 48)).astype(np.int16).transpose(1, 2, 0)
    assert (HostFeatures(block).transform(raw) == block.transform(raw)).all()


@pytest.mark.parametrize("raw", [np.zeros((2, 48, 6), np.int32), np.zeros((2, 6, 48), np.int16)])
def test_windows_of_another_form_are_a_bug(sensor: Callable[..., Sensor], raw: Any) -> None:
    with pytest.raises(ValueError, match=r"^windows must be int16 \(N, 48, 6\)$"):
        HostFeatures(feature_block(sensor())).transform(raw)
