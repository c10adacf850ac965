from __future__ import annotations

import numpy as np
import pytest
from tests import glimpse

from sensorsmith.dsp import HostFeatures, ImageBlock, feature_block
from sensorsmith.spec.types import ImageFeatures


def _block(planes: int) -> ImageBlock:
    sensor = glimpse.SENSOR.model_copy(update={"features": ImageFeatures(block="image", planes=planes)})
    block = feature_block(sensor)
    assert isinstance(block, ImageBlock)
    return block


@pytest.mark.parametrize("planes", [1, 3])
def test_numpy_and_c_follow_the_formula(planes: int) -> None:
    block = _block(planes)
    every = np.resize(np.arange(256, dtype=np.int16), (2, *glimpse.SHAPE))
    every[1] = every[1, ::-1]
    expected = [[[[int(v) - 128] * planes for v in row] for row in picture] for picture in every]
    assert block.transform(every).tolist() == expected
    assert HostFeatures(block).transform(every).tolist() == expected


def test_what_the_integers_stand_for() -> None:
    block = _block(1)
    black, grey, white = block.real(np.array([-128, -77, 127], np.int8)).tolist()
    assert (black, grey, white) == (0.0, pytest.approx(0.2), pytest.approx(1.0))
    assert (block.shape, block.zero_point) == ((12, 16, 1), -128)
    assert block.scale == np.float32(1 / 255)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^windows must be int16 \(N, 12, 16\)$"):
        _block(1).transform(np.zeros((1, 16, 12), np.int16))


def test_the_emitted_c() -> None:
    files = _block(3).emit("eye")
    assert set(files) == {"eye_features.h", "eye_features.c", "ss_image.h"}
    assert "void eye_features(const uint8_t *samples, int8_t *out);" in files["eye_features.h"]
    assert "int8 (12, 16, 3)" in files["eye_features.h"]
    assert "ss_image(samples, out, 192u, 3u);" in files["eye_features.c"]
