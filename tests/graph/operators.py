"""Every operator by its name in the schema: how to draw a layer of it, and examples of what is refused.

An operator without an entry fails tests/graph/test_operators.py.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from tests.graph import draw_move
from tests.graph.draw_move import as_image, batched
from tests.graph.models import (
    LARGE,
    SMALL,
    Draw,
    Model,
    Shapes,
    draw_conv,
    draw_dense,
    draw_dense_rows,
    draw_depthwise,
    draw_input,
    draw_lstm,
    draw_matmul,
    draw_pool,
    draw_prelu,
    draw_resize,
    draw_softmax,
    draw_svdf,
    draw_transpose_conv,
    draw_unary,
    draw_variable,
)

from sensorsmith.graph import DType, Elu, Graph, HardSwish, LeakyRelu, Logistic, ResizeBilinear, ResizeNearest, Tanh
from sensorsmith.graph.ops import FAMILIES

DrawLayer = Callable[[Draw, Model, int], int]


def _on_image(layer: Callable[..., int], *arguments: object) -> DrawLayer:
    return lambda draw, model, x: layer(draw, model, as_image(draw, model, x), *arguments)


def _on_batch(layer: Callable[..., int]) -> DrawLayer:
    return lambda draw, model, x: layer(draw, model, batched(model, x))


def _on_rows(layer: Callable[..., int]) -> DrawLayer:
    """On any shape of at least one dimension."""
    return lambda draw, model, x: layer(draw, model, x if model.shape(x) else batched(model, x))


def _unary(*ops: object) -> DrawLayer:
    return lambda draw, model, x: draw_unary(draw, model, x, *ops)


def _as_row(layer: DrawLayer) -> DrawLayer:
    return lambda draw, model, x: layer(draw, model, draw_move.reshaped(model, x, (1, model.tensors[x].size)))


def _as_sequence(layer: DrawLayer) -> DrawLayer:
    def drawn(draw: Draw, model: Model, x: int) -> int:
        depth, size = model.shape(as_image(draw, model, x))[3], model.tensors[x].size
        return layer(draw, model, draw_move.reshaped(model, x, (1, size // depth, depth)))

    return drawn


def draw_any_dense(draw: Draw, model: Model, x: int) -> int:
    return (draw_dense_rows if draw(st.booleans()) else draw_dense)(draw, model, x)


# From a tensor of any shape to a layer's output.
DRAWN: dict[str, DrawLayer] = {
    "ABS": draw_move.draw_abs,
    "ADD": draw_move.draw_add,
    "ARG_MAX": draw_move.draw_arg_max,
    "ARG_MIN": draw_move.draw_arg_min,
    "ASSIGN_VARIABLE": draw_variable,
    "AVERAGE_POOL_2D": _on_image(draw_pool, "average"),
    "BATCH_MATMUL": _on_image(draw_matmul),
    "CONCATENATION": draw_move.draw_concatenation,
    "CONV_2D": _on_image(draw_conv),
    "DEPTHWISE_CONV_2D": _on_image(draw_depthwise),
    "DEPTH_TO_SPACE": draw_move.draw_depth_to_space,
    "ELU": _unary(Elu()),
    "EXPAND_DIMS": draw_move.draw_expand_dims,
    "FULLY_CONNECTED": _on_batch(draw_any_dense),
    "GATHER": draw_move.draw_gather,
    "HARD_SWISH": _unary(HardSwish()),
    "LEAKY_RELU": _unary(LeakyRelu(0.25), LeakyRelu(-1.5)),
    "LOGISTIC": _unary(Logistic()),
    "MAXIMUM": draw_move.draw_maximum,
    "MAX_POOL_2D": _on_image(draw_pool, "max"),
    "MEAN": draw_move.draw_mean,
    "MINIMUM": draw_move.draw_minimum,
    "MIRROR_PAD": draw_move.draw_mirror_pad,
    "MUL": draw_move.draw_mul,
    "PACK": draw_move.draw_pack,
    "PAD": draw_move.draw_pad,
    "PADV2": draw_move.draw_padv2,
    "PRELU": _on_batch(draw_prelu),
    "QUANTIZE": draw_move.draw_quantize,
    "READ_VARIABLE": draw_variable,
    "REDUCE_MAX": draw_move.draw_reduce_max,
    "REDUCE_MIN": draw_move.draw_reduce_min,
    "RELU": draw_move.draw_relu,
    "RELU6": draw_move.draw_relu6,
    "RESHAPE": draw_move.draw_reshape,
    "RESIZE_BILINEAR": _on_image(draw_resize, ResizeBilinear),
    "RESIZE_NEAREST_NEIGHBOR": _on_image(draw_resize, ResizeNearest),
    "SLICE": draw_move.draw_slice,
    "SOFTMAX": _on_rows(draw_softmax),
    "SPACE_TO_DEPTH": draw_move.draw_space_to_depth,
    "SPLIT": draw_move.draw_split,
    "SPLIT_V": draw_move.draw_split_v,
    "SQUEEZE": draw_move.draw_squeeze,
    "STRIDED_SLICE": draw_move.draw_strided_slice,
    "SUB": draw_move.draw_sub,
    "SUM": draw_move.draw_sum,
    "SVDF": _as_row(draw_svdf),
    "TANH": _unary(Tanh()),
    "TRANSPOSE": draw_move.draw_transpose,
    "TRANSPOSE_CONV": _on_image(draw_transpose_conv),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _as_sequence(draw_lstm),
    "UNPACK": draw_move.draw_unpack,
}
# Their outputs are int32, on which no other layer works.
LAST = ("ARG_MAX", "ARG_MIN")
INT16 = sorted(name for family in FAMILIES if family.int16 is not None for name in family.codes.values())
# TFLite Micro takes a float32 input, but gives no float32 output.
INTEGERS_ONLY = ("QUANTIZE",)
# They may make as many tensors as their input has elements.
SPLITTING = ("SPLIT", "SPLIT_V", "UNPACK")


@st.composite
def single_layers_of(draw: Draw, name: str, dtype: DType = "int8", shapes: Shapes = SMALL) -> Graph:
    """A layer of one operator on a drawn input, with reshapes around it that make other ranks of it."""
    model = Model(dtype, draw(st.integers(0, 2**32)), shapes)
    x = draw_input(draw, model)
    y = DRAWN[name](draw, model, x)
    return model.graph(x, y if name in LAST else batched(model, y))


@st.composite
def networks(draw: Draw, dtype: DType = "int8", shapes: Shapes = SMALL) -> Graph:
    """A few layers of any operators, one after the other; sums and the like may take earlier tensors too.

    Those that split are left out of large ones.
    """
    model = Model(dtype, draw(st.integers(0, 2**32)), shapes)
    x = y = draw_input(draw, model)
    left_out = (*LAST, *(SPLITTING if shapes is LARGE else ()), *(INTEGERS_ONLY if dtype == "float32" else ()))
    names = [name for name in DRAWN if name not in left_out]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=6)):
        if model.tensors[y].size < shapes.most:
            y = DRAWN[name](draw, model, y)
    if dtype == "int8" and draw(st.integers(0, 5)) == 0:
        return model.graph(x, DRAWN[draw(st.sampled_from(LAST))](draw, model, y))
    return model.graph(x, batched(model, y))
