from __future__ import annotations

import numpy as np
import pytest

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import Quantization, Tensor
from sensorsmith.graph.dequantize import dequantize


def test_each_channel_has_its_scale() -> None:
    data = np.array([[1, 2, 3], [4, 5, 6]], np.int8)
    tensor = dequantize(Tensor("w", (2, 3), "int8", Quantization((0.5, 2.0, 1.0), (0, 1, 2), 1), data))
    assert (tensor.dtype, tensor.quantization) == ("float32", None)
    np.testing.assert_array_equal(tensor.data, np.float32([[0.5, 2, 1], [2, 8, 4]]))


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor("w", (1,), "int8", None, np.zeros(1, np.int8)),
        Tensor("x", (1,), "int8", Quantization((0.5,), (0,))),
        Tensor("b", (1,), "int32", Quantization((0.5,), (0,)), np.zeros(1, np.int32)),
    ],
)
def test_what_is_no_quantized_constant_stays(tensor: Tensor) -> None:
    assert dequantize(tensor) is tensor


def test_scales_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError) as error:
        dequantize(Tensor("w", (3,), "int8", Quantization((0.5, 1.0), (0, 0), 0), np.zeros(3, np.int8)))
    assert str(error.value) == ("tensor 'w': has 2 scales and 2 zero points where 3 belong; convert the model again")
