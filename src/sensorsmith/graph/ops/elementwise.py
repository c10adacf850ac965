"""What operators have in common that work element by element."""

from __future__ import annotations

from typing import Any

from sensorsmith.graph.ops.family import Layer


def check_same_shape(layer: Layer) -> None:
    """Require an output of the first input's shape."""
    x, y = layer.input(0), layer.y
    layer.require(x.shape == y.shape, f"its input {x.shape} and output {y.shape} differ", "convert the model again")


def keeps_batch(_op: Any, _layer: Layer) -> bool:
    """Each element of the output depends on one of the input only."""
    return True
