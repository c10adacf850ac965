"""ELU: x where it is positive, exp(x) - 1 where it is not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.elementwise import check_same_shape, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.requantize import scale_of, zero_point_of
from sensorsmith.graph.types import Elu, Tensor

ELU = 111


def _decode(_code: int, _options: Table, _y: Tensor) -> Elu:
    return Elu()


def _encode(_op: Elu) -> tuple[int, Mapping[str, Value]]:
    return ELU, {}


def _check(_op: Elu, layer: Layer) -> None:
    check_same_shape(layer)
    if layer.y.dtype == "int8":
        layer.require(
            255 * scale_of(layer.input(0)) / scale_of(layer.y) < 2.0**30,
            "the output's scale is too fine for the scale of its input",
            "quantize the model again with representative data",
        )


def _int8(op: Elu, layer: Layer, x: Array) -> Array:
    """In float32, as TFLite Micro fills its table of 256 values. Source: tensorflow/lite/micro/kernels/elu.cc."""
    real = np.float32(scale_of(layer.input(0))) * (x.astype(np.float32) - np.float32(zero_point_of(layer.input(0))))
    rescaled = _float32(op, layer, real) * (np.float32(1) / np.float32(scale_of(layer.y)))
    # Half away from zero; in double, where the sum is exact.
    wide = rescaled.astype(np.float64)
    rounded: Array = np.trunc(wide + np.copysign(0.5, wide)) + zero_point_of(layer.y)
    return rounded.clip(-128, 127).astype(np.int8)


def _float32(_op: Elu, _layer: Layer, x: Array) -> Array:
    # The exponential in double and then rounded: correct to the last bit, as C libraries' expf nearly always are.
    exponential = np.exp(np.minimum(x, 0).astype(np.float64)).astype(np.float32)
    return np.where(x < 0, exponential - np.float32(1), x)


FAMILY = Family(
    operator=Elu,
    codes={ELU: "ELU"},
    options_type=0,
    options={},
    version=1,
    operands=(Operand("input", "activation"),),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
    keeps_batch=keeps_batch,
)
