"""Files with int4 weights, which our writer does not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from sensorsmith.graph import Graph, Tensor, writer
from sensorsmith.graph.flatbuffer import Record
from sensorsmith.graph.records import content_of, tensor_record
from sensorsmith.graph.schema import INT4, TENSOR


def pack(values: np.ndarray) -> bytes:
    """Two values to a byte, the first in the lower half."""
    nibbles = np.resize(values.ravel(), values.size + values.size % 2).astype(np.uint8) & 15
    return (nibbles[::2] | nibbles[1::2] << 4).tobytes()


def with_small_weights(graph: Graph, indices: Sequence[int]) -> Graph:
    """The same graph with these weights brought into the range of int4."""
    return replace(
        graph,
        tensors=tuple(
            replace(t, data=np.right_shift(t.data, 4)) if i in indices and t.data is not None else t
            for i, t in enumerate(graph.tensors)
        ),
    )


def write_int4(graph: Graph, indices: Sequence[int]) -> bytes:
    """The graph's file, with these weights in int4."""
    chosen = [graph.tensors[i] for i in indices]

    def tensor(it: Tensor, buffer: int) -> Record:
        values = dict(tensor_record(it, buffer).values)
        return Record(TENSOR, {**values, "type": INT4} if it in chosen else values)

    def content(data: np.ndarray) -> bytes:
        return pack(data) if any(data is it.data for it in chosen) else content_of(data)

    with patch.object(writer, "tensor_record", tensor), patch.object(writer, "content_of", content):
        return writer.write_tflite(graph)
