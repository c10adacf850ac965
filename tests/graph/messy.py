"""Files as exporters leave them, built record by record: the structures of Keras models by TensorFlow 2.21's converter.

The weights are random and the sizes small; which operators stand where, types, open shapes and versions are those of
the real exports.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Layout, Record, build
from sensorsmith.graph.ops.conv import CONV_OPTIONS, DEPTHWISE_OPTIONS
from sensorsmith.graph.ops.pool import OPTIONS as POOL_OPTIONS
from sensorsmith.graph.schema import (
    BUFFER,
    CALL_ONCE,
    MODEL,
    OPERATOR,
    OPERATOR_CODE,
    OPERATOR_NAMES,
    QUANTIZATION,
    SUBGRAPH,
    TENSOR,
    VAR_HANDLE,
)

TYPES = {
    "float32": 0,
    "resource": 13,
    "float16": 1,
    "int32": 2,
    "uint8": 3,
    "int64": 4,
    "bool": 6,
    "int16": 7,
    "int8": 9,
}
STRIDED_SLICE_OPTIONS: Layout = {
    "begin_mask": Field(0, "i"),
    "end_mask": Field(1, "i"),
    "ellipsis_mask": Field(2, "i"),
    "new_axis_mask": Field(3, "i"),
    "shrink_axis_mask": Field(4, "i"),
}
PACK_OPTIONS: Layout = {"values_count": Field(0, "i"), "axis": Field(1, "i")}
FUSED: Layout = {"fused_activation_function": Field(0, "b")}
Quantized = tuple[float, int] | None


class File:
    """Collects tensors and operators; `tensor` and `constant` return the index of what they add."""

    def __init__(self, seed: int = 0, main: File | None = None) -> None:
        """A file; or another subgraph of the file that `main` begins."""
        self.random = np.random.default_rng(seed)
        self.tensors: list[dict[str, Any]] = []
        self.buffers: list[dict[str, Any]] = [{}] if main is None else main.buffers
        self.operators: list[Record] = []
        self.codes: list[tuple[int, int]] = [] if main is None else main.codes
        self.others: list[File] = []
        if main is not None:
            main.others.append(self)

    def tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str = "int8",
        quantized: Quantized = None,
        signature: tuple[int, ...] | None = None,
        **values: Any,
    ) -> int:
        record: dict[str, Any] = {"shape": shape, "type": TYPES[dtype], "name": name, **values}
        if quantized is not None:
            scale, zero_point = quantized
            record["quantization"] = Record(QUANTIZATION, {"scale": (scale,), "zero_point": (zero_point,)})
        if signature is not None:
            record["shape_signature"] = signature
        self.tensors.append(record)
        return len(self.tensors) - 1

    def constant(self, name: str, data: np.ndarray[Any, Any], quantized: Quantized = None, **values: Any) -> int:
        self.buffers.append({"data": data.tobytes()})
        return self.tensor(name, data.shape, data.dtype.name, quantized, buffer=len(self.buffers) - 1, **values)

    def integers(self, *values: int) -> int:
        return self.constant("shape", np.array(values, np.int32))

    def scalar(self, value: int) -> int:
        return self.constant("scalar", np.array(value, np.int32))

    def weights(self, shape: tuple[int, ...], axis: int = 0, dtype: str = "int8") -> int:
        """int8 ones have a scale for each index of the axis."""
        if dtype != "int8":
            return self.constant("weights", self.random.normal(0, 0.3, shape).astype(dtype))
        scales = self.random.uniform(0.005, 0.01, shape[axis])
        parameters = {"scale": scales, "zero_point": [0] * shape[axis], "quantized_dimension": axis}
        data = self.random.integers(-127, 128, shape, np.int8)
        return self.constant("weights", data, quantization=Record(QUANTIZATION, parameters))

    def op(
        self,
        name: str,
        inputs: tuple[int, ...],
        *outputs: int,
        version: int = 1,
        options: tuple[int, Layout, dict[str, Any]] | None = None,
        number: int | None = None,
    ) -> None:
        code = (OPERATOR_NAMES.index(name) if number is None else number, version)
        if code not in self.codes:
            self.codes.append(code)
        values: dict[str, Any] = {"opcode_index": self.codes.index(code), "inputs": inputs, "outputs": outputs}
        if options is not None:
            kind, layout, fields = options
            values |= {"builtin_options_type": kind, "builtin_options": Record(layout, fields)}
        self.operators.append(Record(OPERATOR, values))

    def build(self, inputs: tuple[int, ...], outputs: tuple[int, ...], subgraphs: int = 1) -> bytes:
        codes = [
            Record(OPERATOR_CODE, {"deprecated_builtin_code": min(code, 127), "version": version, "builtin_code": code})
            for code, version in self.codes
        ]
        model = {
            "version": 3,
            "operator_codes": codes,
            "subgraphs": [self._subgraph(inputs, outputs)] * subgraphs
            + [other._subgraph((), ()) for other in self.others],
            "buffers": [Record(BUFFER, buffer) for buffer in self.buffers],
        }
        return build(Record(MODEL, model), b"TFL3")

    def _subgraph(self, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Record:
        values: dict[str, Any] = {
            "tensors": [Record(TENSOR, tensor) for tensor in self.tensors],
            "inputs": inputs,
            "outputs": outputs,
            "operators": self.operators,
            "name": "main",
        }
        return Record(SUBGRAPH, values)

    # Operators that need options, with those of the exports.

    def slice_first(self, x: int, y: int, *, shrink: bool = True) -> None:
        inputs = (x, self.integers(0), self.integers(1), self.integers(1))
        self.op("STRIDED_SLICE", inputs, y, options=(32, STRIDED_SLICE_OPTIONS, {"shrink_axis_mask": int(shrink)}))

    def pack(self, inputs: tuple[int, ...], y: int) -> None:
        self.op("PACK", inputs, y, options=(59, PACK_OPTIONS, {"values_count": len(inputs)}))

    def handle(self, name: str, container: str = "") -> int:
        """A handle of a variable, which an operator of its own makes."""
        handle = self.tensor(f"handle of {name}", (), "resource")
        fields = {"container": container, "shared_name": name}
        self.op("VAR_HANDLE", (), handle, options=(111, VAR_HANDLE, fields))
        return handle

    def call_once(self, subgraph: int = 1) -> None:
        self.op("CALL_ONCE", (), options=(103, CALL_ONCE, {"init_subgraph_index": subgraph}))

    def dense(self, x: int, weights: int, y: int) -> None:
        self.op("FULLY_CONNECTED", (x, weights, -1), y, version=4, options=(8, FUSED, {}))

    def conv(self, x: int, weights: int, y: int) -> None:
        fields = {"padding": 1, "stride_w": 1, "stride_h": 1, "fused_activation_function": 1}
        self.op("CONV_2D", (x, weights, -1), y, version=3, options=(1, CONV_OPTIONS, fields))

    def windows(self, x: int, weights: int, y: int, *, depthwise: bool) -> None:
        fields = {"padding": 1, "stride_w": 1, "stride_h": 1, "depth_multiplier": 1}
        if depthwise:
            # Without bias rather than with -1 in its place, which TFLite Micro takes for an index.
            self.op("DEPTHWISE_CONV_2D", (x, weights), y, version=3, options=(2, DEPTHWISE_OPTIONS, fields))
        else:
            del fields["depth_multiplier"]
            self.op("CONV_2D", (x, weights, -1), y, version=3, options=(1, CONV_OPTIONS, fields))

    def flatten(self, x: int, shape: tuple[int, ...], quantized: Quantized, dtype: str = "int8") -> int:
        """SHAPE, STRIDED_SLICE, PACK and RESHAPE, as Keras' Flatten on an open batch; returns the flat tensor."""
        size = int(np.prod(shape[1:]))
        shape_ = self.tensor("Shape", (len(shape),), "int32")
        batch, target = self.tensor("strided_slice", (), "int32"), self.tensor("stack", (2,), "int32")
        self.op("SHAPE", (x,), shape_, options=(55, {"out_type": Field(0, "b")}, {"out_type": 2}))
        self.slice_first(shape_, batch)
        self.pack((batch, self.scalar(size)), target)
        flat = self.tensor("flat", (1, size), dtype, quantized, (-1, size))
        self.op("RESHAPE", (x, target), flat)
        return flat


INNER, OUTER = (0.05, 3), (0.2, -5)


def flattened(dtype: str = "int8") -> bytes:
    """Image, flattened on an open batch, and a dense layer."""
    file = File()
    inner, outer = (INNER, OUTER) if dtype == "int8" else (None, None)
    x = file.tensor("x", (1, 4, 3, 2), dtype, inner, (-1, 4, 3, 2))
    flat = file.flatten(x, (1, 4, 3, 2), inner, dtype)
    y = file.tensor("y", (1, 3), dtype, outer, (-1, 3))
    file.dense(flat, file.weights((3, 24), dtype=dtype), y)
    return file.build((x,), (y,))


def conv1d(border: str = "int8", dtype: str = "int8") -> bytes:
    """Conv1D, MaxPooling1D, Flatten, Dense: EXPAND_DIMS and RESHAPE around every window.

    Args:
        border: type of input and output.
        dtype: type inside.
    """
    file = File()
    inner, middle, outer = (INNER, (0.1, -128), OUTER) if dtype == "int8" else (None, None, None)
    x = file.tensor("tfl.quantize", (1, 12, 3), dtype, inner, (-1, 12, 3))
    start = x if border == dtype else _enter(file, x, border, inner)
    image = file.tensor("ExpandDims", (1, 1, 12, 3), dtype, inner, (-1, 1, 12, 3))
    file.op("EXPAND_DIMS", (x, file.scalar(-3)), image, options=(52, {}, {}))
    wide = file.tensor("conv", (1, 1, 10, 4), dtype, middle, (-1, 1, 10, 4))
    file.conv(image, file.weights((4, 1, 3, 3), dtype=dtype), wide)
    squeezed = file.tensor("Squeeze", (1, 10, 4), dtype, middle, (-1, 10, 4))
    file.op("SQUEEZE", (wide,), squeezed, options=(30, {"squeeze_dims": Field(0, "i")}, {"squeeze_dims": (-3,)}))
    again = file.tensor("ExpandDims_1", (1, 1, 10, 4), dtype, middle, (-1, 1, 10, 4))
    file.op("EXPAND_DIMS", (squeezed, file.scalar(1)), again, options=(52, {}, {}))
    pooled = file.tensor("pool", (1, 1, 5, 4), dtype, middle, (-1, 1, 5, 4))
    fields = {"padding": 1, "stride_w": 2, "stride_h": 1, "filter_width": 2, "filter_height": 1}
    file.op("MAX_POOL_2D", (again,), pooled, version=2, options=(5, POOL_OPTIONS, fields))
    steps = file.tensor("Squeeze_1", (1, 5, 4), dtype, middle, (-1, 5, 4))
    file.op("RESHAPE", (pooled, file.integers(-1, 5, 4)), steps)
    flat = file.flatten(steps, (1, 5, 4), middle, dtype)
    y = file.tensor("dense", (1, 3), dtype, outer, (-1, 3))
    file.dense(flat, file.weights((3, 20), dtype=dtype), y)
    end = y if border == dtype else _leave(file, y, border, outer)
    return file.build((start,), (end,))


def _enter(file: File, x: int, border: str, quantized: Quantized) -> int:
    outside = _outside(file, "serving_default_x:0", x, border, quantized)
    file.op("QUANTIZE", (outside,), x)
    return outside


def _leave(file: File, y: int, border: str, quantized: Quantized) -> int:
    outside = _outside(file, "StatefulPartitionedCall:0", y, border, quantized)
    if border == "uint8":
        file.op("QUANTIZE", (y,), outside)
    else:
        file.op("DEQUANTIZE", (y,), outside, version=2)
    return outside


def _outside(file: File, name: str, inner: int, border: str, quantized: Quantized) -> int:
    assert quantized is not None
    shifted = (quantized[0], quantized[1] + 128) if border == "uint8" else None
    return file.tensor(name, file.tensors[inner]["shape"], border, shifted)


def dense_at_each_step() -> bytes:
    """Dense on a sequence of open batch: GATHER, REDUCE_PROD and CONCATENATION, and placeholders for open shapes."""
    file = File()
    x = file.tensor("x", (1, 6, 3), "int8", INNER, (-1, 6, 3))
    shape, batch, rows = (file.tensor(name, (n,), "int32") for name, n in (("Shape", 3), ("last", 1), ("free", 2)))
    file.op("SHAPE", (x,), shape)
    layout: Layout = {"axis": Field(0, "i")}
    file.op("GATHER", (shape, file.integers(2)), batch, options=(23, layout, {}))
    file.op("GATHER", (shape, file.integers(0, 1)), rows, options=(23, layout, {}))
    inputs, steps = file.tensor("Prod", (), "int32"), file.tensor("Prod_1", (), "int32")
    file.op("REDUCE_PROD", (batch, file.integers(0)), inputs, options=(27, {"keep_dims": Field(0, "?")}, {}))
    file.op("REDUCE_PROD", (rows, file.integers(0)), steps, options=(27, {"keep_dims": Field(0, "?")}, {}))
    matrix, back = file.tensor("stack", (2,), "int32"), file.tensor("concat", (3,), "int32")
    file.pack((steps, inputs), matrix)
    file.op("CONCATENATION", (rows, file.integers(4)), back, options=(10, {"axis": Field(0, "i")}, {}))
    flat = file.tensor("Reshape", (1, 1), "int8", INNER, (-1, -1))
    file.op("RESHAPE", (x, matrix), flat)
    product = file.tensor("MatMul", (1, 4), "int8", OUTER, (-1, 4))
    file.dense(flat, file.weights((4, 3)), product)
    y = file.tensor("Tensordot", (1, 6, 4), "int8", OUTER, (-1, 6, 4))
    file.op("RESHAPE", (product, back), y)
    return file.build((x,), (y,))


def streaming(first: tuple[int, int] = (3, 3), border: str = "uint8") -> bytes:
    """Two convolutions over the last rows that were heard, of which variables keep all but the newest.

    Args:
        first: what all of each variable holds at first.
        border: type of the output.
    """
    file = File(5)
    initial = File(main=file)
    x = file.tensor("x", (1, 1, 3), "int8", INNER)
    file.call_once()
    handles = [file.handle(name) for name in ("stream/states", "stream_1/states")]
    row = file.tensor("Reshape", (1, 1, 1, 3), "int8", INNER)
    file.op("RESHAPE", (x, file.integers(1, 1, 1, 3)), row)
    middle = (0.07, -128)
    for handle, (rows, taps, depth, made), inner, outer, value in zip(
        handles, ((4, 5, 3, 4), (2, 3, 4, 3)), (INNER, middle), (middle, OUTER), first, strict=True
    ):
        content = np.full((1, rows, 1, depth), value, np.int8)
        states = initial.constant("states", content, inner)
        initial.op("ASSIGN_VARIABLE", (initial.handle(f"stream{'_1' * (inner is middle)}/states"), states))
        past = file.tensor("ReadVariableOp", (1, rows, 1, depth), "int8", inner)
        file.op("READ_VARIABLE", (handle,), past, options=(112, {}, {}))
        whole = file.tensor("concat", (1, taps, 1, depth), "int8", inner)
        file.op("CONCATENATION", (past, row), whole, version=2, options=(10, {"axis": Field(0, "i")}, {"axis": 1}))
        newest = file.tensor("strided_slice", (1, rows, 1, depth), "int8", inner)
        bounds = [file.integers(*values) for values in ((0, 1, 0, 0), (1, taps, 1, depth), (1, 1, 1, 1))]
        file.op("STRIDED_SLICE", (whole, *bounds), newest, version=2, options=(32, STRIDED_SLICE_OPTIONS, {}))
        file.op("ASSIGN_VARIABLE", (handle, newest), options=(113, {}, {}))
        row = file.tensor("conv", (1, 1, 1, made), "int8", outer)
        file.conv(whole, file.weights((made, taps, 1, depth)), row)
    y = row if border == "int8" else _leave(file, row, border, OUTER)
    return file.build((x,), (y,))


def halves() -> bytes:
    """A float model whose weights are float16 constants with DEQUANTIZE behind them."""
    file = File()
    x = file.tensor("x", (1, 5), "float32", signature=(-1, 5))
    weights = file.tensor("weights", (2, 5), "float32")
    file.op("DEQUANTIZE", (file.weights((2, 5), dtype="float16"),), weights, version=3)
    y = file.tensor("y", (1, 2), "float32", signature=(-1, 2))
    file.dense(x, weights, y)
    return file.build((x,), (y,))


def dilated(
    size: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: str = "same",
    *,
    depthwise: bool = False,
    fixed: bool = False,
    squeeze: str = "RESHAPE",
    crop: int = 0,
    zero_point: int = 0,
) -> bytes:
    """A dilated convolution of 3 taps in each dimension, spread over the batch.

    Args:
        size: steps, or rows and columns, of 2 channels.
        dilation: as many.
        padding: same or valid.
        fixed: whether the file has the shapes that there are, in place of those of an open batch; the padding is then
            done by PAD, because SPACE_TO_BATCH_ND in TFLite Micro pads with what happens to lie in memory.
        squeeze: the operator behind the convolution of one dimension.
        crop: what is cut off before the result.
        zero_point: of the input.
    """
    file, inner = File(3), (0.05, zero_point)
    d, filter_ = dilation, (1, 3, 3, 2) if depthwise else (4, 3, 3, 2)
    outputs, batch = 2 if depthwise else 4, int(np.prod(d)) if fixed else 1
    reach = [2 * n if padding == "same" else 0 for n in d]
    more = [-(n + r) % step for n, r, step in zip(size, reach, d, strict=True)]
    pads = [(r // 2, r - r // 2 + m) for r, m in zip(reach, more, strict=True)]
    spread = tuple((n + r + m) // step for n, r, m, step in zip(size, reach, more, d, strict=True))
    middle, result = tuple(n - 2 for n in spread), tuple(n + r - 2 * k for n, r, k in zip(size, reach, d, strict=True))
    block = file.constant("block", np.array(d, np.int32))
    x = file.tensor("x", (1, *size, 2), "int8", inner, (-1, *size, 2))
    start = x
    if fixed:
        padded = tuple(n + sum(pair) for n, pair in zip(size, pads, strict=True))
        start = file.tensor("Pad", (1, *padded, 2), "int8", inner)
        around = file.constant("around", np.array([(0, 0), *pads, (0, 0)], np.int32))
        file.op("PAD", (x, around), start, version=2)
        pads = [(0, 0)] * len(d)
    taken = file.tensor("SpaceToBatchND", (batch, *spread, 2), "int8", inner)
    file.op("SPACE_TO_BATCH_ND", (start, block, file.constant("pads", np.array(pads, np.int32))), taken, version=2)
    made = file.tensor("BatchToSpaceND", (batch, *middle, outputs), "int8", OUTER)
    weights = file.weights(filter_ if len(d) == 2 else (*filter_[:1], 1, *filter_[2:]), 3 if depthwise else 0)
    if len(d) == 2:
        file.windows(taken, weights, made, depthwise=depthwise)
    else:
        image = file.tensor("image", (batch, 1, *spread, 2), "int8", inner)
        file.op("EXPAND_DIMS", (taken, file.scalar(1)), image, options=(52, {}, {}))
        wide = file.tensor("conv", (batch, 1, *middle, outputs), "int8", OUTER)
        file.windows(image, weights, wide, depthwise=depthwise)
        if squeeze == "RESHAPE":
            file.op("RESHAPE", (wide, file.integers(-1, *middle, outputs)), made)
        else:
            file.op(squeeze, (wide,), made, options=(30, {"squeeze_dims": Field(0, "i")}, {"squeeze_dims": (1,)}))
    y = file.tensor("y", (1, *result, outputs), "int8", OUTER)
    crops = file.constant("crops", np.array([(crop, m) for m in more], np.int32))
    file.op("BATCH_TO_SPACE_ND", (made, block, crops), y, version=2)
    return file.build((x,), (y,))
