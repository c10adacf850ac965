from __future__ import annotations

import numpy as np
import pytest

from sensorsmith.graph import (
    Activation,
    Quantization,
    Tensor,
    activation_range,
    add_scales,
    conv_scales,
    mean_scale,
    scale_of,
    zero_point_of,
)


def tensor(*scale: float, zero_point: int = 0) -> Tensor:
    return Tensor("t", (1, 4), "int8", Quantization(scale, (zero_point,) * len(scale), 0))


def test_scale_and_zero_point_of_a_tensor() -> None:
    assert (scale_of(tensor(0.5, zero_point=3)), zero_point_of(tensor(0.5, zero_point=3))) == (0.5, 3)


def test_convolution_scales_are_products_in_double() -> None:
    x, w, y = tensor(0.1), tensor(0.003, 0.007), tensor(0.2)
    f32 = [float(np.float32(s)) for s in (0.1, 0.003, 0.007, 0.2)]
    assert conv_scales(x, w, y).tolist() == [f32[0] * f32[1] / f32[3], f32[0] * f32[2] / f32[3]]


def test_scales_of_mean_and_add() -> None:
    assert mean_scale(tensor(0.5), tensor(0.25)) == 2.0
    assert add_scales(tensor(0.5), tensor(0.25), tensor(2.0)) == (0.5, 0.25, 1.0 / (2**20 * 2.0))


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "expected"),
    [
        ("none", 0.1, 5, (-128, 127)),
        ("relu", 0.1, 5, (5, 127)),
        ("relu", 0.1, -128, (-128, 127)),
        ("relu6", 0.1, 5, (5, 65)),
        ("relu6", 0.0235, -128, (-128, 127)),
        ("relu6", 0.5, 120, (120, 127)),
        ("relu6", 12.0, 0, (0, 1)),  # half a step rounds away from zero
    ],
)
def test_activation_ranges(activation: Activation, scale: float, zero_point: int, expected: tuple[int, int]) -> None:
    assert activation_range(activation, Quantization((scale,), (zero_point,))) == expected
