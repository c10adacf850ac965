"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sensorsmith.graph.fixedpoint import Ints, rounding_divide_by_pot
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, same_quantization
from sensorsmith.graph.types import ResizeBilinear, ResizeNearest, Tensor

RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR = 23, 97
FRACTION_BITS = 10  # of a position between two pixels


@dataclass(frozen=True)
class Axis:
    """Where the pixels of the output lie between those of the input, along one dimension: pixel i at i * step + start.

    Attributes:
        step, start: in 2**-FRACTION_BITS pixels of the input.
    """

    step: int
    start: int


def bilinear_axis(op: ResizeBilinear, size: int, result: int) -> Axis:
    """From `size` pixels to `result`. Source: kernels/internal/reference/resize_bilinear.h, ResizeBilinearInteger."""
    size, result = (size - 1, result - 1) if op.align_corners and result > 1 else (size, result)
    step = ((size << FRACTION_BITS) + result // 2) // result
    return Axis(step, step // 2 - (1 << (FRACTION_BITS - 1)) if op.half_pixel_centers else 0)


def nearest_pixels(op: ResizeNearest, size: int, result: int) -> Ints:
    """The pixel of the input, of `size`, for each of the output, (result).

    In float32, as TFLite Micro computes it. Source: kernels/internal/reference/resize_nearest_neighbor.h.
    """
    aligned = op.align_corners and result > 1
    scale = np.float32(size - aligned) / np.float32(result - aligned)
    position = (np.arange(result, dtype=np.float32) + np.float32(0.5 if op.half_pixel_centers else 0)) * scale
    rounded = np.floor(position.astype(np.float64) + (0.5 if op.align_corners else 0))
    return np.minimum(rounded.astype(np.int64), size - 1)


def _decode_bilinear(_code: int, options: Table, _y: Tensor) -> ResizeBilinear:
    return ResizeBilinear(bool(options.integer("align_corners")), bool(options.integer("half_pixel_centers")))


def _decode_nearest(_code: int, options: Table, _y: Tensor) -> ResizeNearest:
    return ResizeNearest(bool(options.integer("align_corners")), bool(options.integer("half_pixel_centers")))


def _encode_bilinear(op: ResizeBilinear) -> tuple[int, Mapping[str, Value]]:
    return RESIZE_BILINEAR, {"align_corners": op.align_corners, "half_pixel_centers": op.half_pixel_centers}


def _encode_nearest(op: ResizeNearest) -> tuple[int, Mapping[str, Value]]:
    return RESIZE_NEAREST_NEIGHBOR, {"align_corners": op.align_corners, "half_pixel_centers": op.half_pixel_centers}


def _check_nearest(_op: ResizeNearest, layer: Layer) -> None:
    x, size, y = layer.input(0), layer.input(1), layer.y
    layer.require(len(x.shape) == 4, f"its input has shape {x.shape}", "give it an image of shape (1, H, W, C)")
    assert size.data is not None
    expected = (1, *size.data.ravel().tolist(), x.shape[3])
    layer.require(
        size.shape == (2,) and y.shape == expected,
        f"resizes {x.shape} by {size.data.ravel().tolist()[:8]} to {y.shape}",
        "convert the model again",
    )
    same_quantization(layer)


def _check_bilinear(op: ResizeBilinear, layer: Layer) -> None:
    _check_nearest(ResizeNearest(), layer)
    layer.require(
        not (op.align_corners and op.half_pixel_centers),
        "has both align_corners and half_pixel_centers",
        "use half_pixel_centers alone",
    )
    for size, result in zip(layer.input(0).shape[1:3], layer.y.shape[1:3], strict=True):
        axis = bilinear_axis(op, size, result)
        # TFLite Micro's step is rounded; where a long axis adds up the rounding, it would read beyond the input.
        layer.require(
            (result - 1) * axis.step + axis.start < size << FRACTION_BITS,
            f"resizes {size} pixels to {result}, which TFLite Micro's step of 1/{1 << FRACTION_BITS} pixel overshoots",
            "resize in two steps, or to fewer pixels",
        )


def _nearest(op: ResizeNearest, layer: Layer, x: Array, _size: Array) -> Array:
    rows, columns = (nearest_pixels(op, x.shape[i], layer.y.shape[i]) for i in (1, 2))
    return x[:, rows][:, :, columns]


def _int8_bilinear(op: ResizeBilinear, layer: Layer, x: Array, _size: Array) -> Array:
    wide = x.astype(np.int64)
    for dimension in (1, 2):
        wide = _between(bilinear_axis(op, x.shape[dimension], layer.y.shape[dimension]), wide, dimension, layer)
    return rounding_divide_by_pot(wide, 2 * FRACTION_BITS).astype(np.int8)


def _between(axis: Axis, x: Ints, dimension: int, layer: Layer) -> Ints:
    """Weighted sums of neighbours along one dimension, with FRACTION_BITS more bits."""
    position = np.arange(layer.y.shape[dimension]) * axis.step + axis.start
    low = np.maximum(position >> FRACTION_BITS, 0)
    high = np.minimum((position + (1 << FRACTION_BITS) - 1) >> FRACTION_BITS, x.shape[dimension] - 1)
    weight = (position - (low << FRACTION_BITS)).reshape([-1 if d == dimension else 1 for d in range(x.ndim)])
    total: Ints = x.take(low, dimension) * ((1 << FRACTION_BITS) - weight) + x.take(high, dimension) * weight
    return total


def _float_bilinear(op: ResizeBilinear, layer: Layer, x: Array, _size: Array) -> Array:
    """Source: ResizeBilinear in kernels/internal/reference/resize_bilinear.h."""
    for dimension in (1, 2):
        size, result = x.shape[dimension], layer.y.shape[dimension]
        aligned = op.align_corners and result > 1
        scale = np.float32(size - aligned) / np.float32(result - aligned)
        half = np.float32(0.5 if op.half_pixel_centers else 0)
        position = (np.arange(result, dtype=np.float32) + half) * scale - half
        low = np.maximum(np.floor(position), 0).astype(np.int64)
        high = np.minimum(np.ceil(position), size - 1).astype(np.int64)
        weight = (position - low.astype(np.float32)).reshape([-1 if d == dimension else 1 for d in range(4)])
        x = x.take(low, dimension) * (1 - weight) + x.take(high, dimension) * weight
    return x


OPERANDS = (Operand("input", "activation"), Operand("size", "indices"))
NEAREST = Family(
    operator=ResizeNearest,
    codes={RESIZE_NEAREST_NEIGHBOR: "RESIZE_NEAREST_NEIGHBOR"},
    options_type=74,
    options={"align_corners": Field(0, "?"), "half_pixel_centers": Field(1, "?")},
    version=3,
    operands=OPERANDS,
    decode=_decode_nearest,
    encode=_encode_nearest,
    check=_check_nearest,
    int8=_nearest,
    int16=_nearest,
    float32=_nearest,
)
BILINEAR = Family(
    operator=ResizeBilinear,
    codes={RESIZE_BILINEAR: "RESIZE_BILINEAR"},
    options_type=15,
    options={"align_corners": Field(2, "?"), "half_pixel_centers": Field(3, "?")},
    version=3,
    operands=OPERANDS,
    decode=_decode_bilinear,
    encode=_encode_bilinear,
    check=_check_bilinear,
    int8=_int8_bilinear,
    float32=_float_bilinear,
)
