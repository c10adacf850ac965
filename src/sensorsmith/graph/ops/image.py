"""Options and checks of operators that move a window over an image."""

from __future__ import annotations

from collections.abc import Mapping

from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.family import Layer, choice
from sensorsmith.graph.types import Padding
from sensorsmith.graph.window import Pair, output_size

PADDINGS: dict[int, Padding] = {0: "same", 1: "valid"}
_PADDING_CODES = {name: code for code, name in PADDINGS.items()}


def decode_padding(options: Table) -> Padding:
    padding: Padding = choice(options, "padding", PADDINGS)
    return padding


def decode_pair(options: Table, height: str, width: str) -> Pair:
    return options.integer(height), options.integer(width)


def encode_window(padding: Padding, stride: Pair) -> Mapping[str, Value]:
    return {"padding": _PADDING_CODES[padding], "stride_h": stride[0], "stride_w": stride[1]}


def check_image(
    layer: Layer, channels: int, size: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)
) -> None:
    """Require an image as input, and the output that the windows give."""
    x, y = layer.input(0).shape, layer.y.shape
    layer.require(len(x) == 4, f"its input has shape {x}", "give it an image of shape (1, H, W, C)")
    layer.require(
        min(*size, *stride, *dilation) >= 1, "a size, stride or dilation is below 1", "convert the model again"
    )
    # Padding fills memory: this bound keeps a hostile window from taking all of it.
    layer.require(
        all((size[i] - 1) * dilation[i] < 4 * x[1 + i] for i in (0, 1)),
        f"its window {size} with dilation {dilation} is more than four times as large as its input {x}",
        "use a smaller window",
    )
    rows, columns = (output_size(x[1 + i], size[i], stride[i], padding, dilation[i]) for i in (0, 1))
    layer.require(
        y == (1, rows, columns, channels),
        f"its output has shape {y}, its input and windows give {(1, rows, columns, channels)}",
        "convert the model again",
    )
