from __future__ import annotations

import numpy as np
import pytest
from tests.graph.messy import INNER, OUTER, TYPES, File

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import Graph, Mean, read_tflite
from sensorsmith.graph.flatbuffer import Field, Record
from sensorsmith.graph.schema import QUANTIZATION


def mean_over(axis: np.ndarray) -> Graph:
    file = File()
    x, y = file.tensor("x", (1, 6, 2), "int8", INNER), file.tensor("y", (1, 2), "int8", OUTER)
    options = (27, {"keep_dims": Field(0, "?")}, {})
    file.op("MEAN", (x, file.constant("axes", axis)), y, version=2, options=options)
    return read_tflite(file.build((x,), (y,)))


def test_axes_in_int64_become_int32() -> None:
    graph = mean_over(np.array([1], np.int64))
    axes = graph.tensors[2]
    assert axes.data is not None
    assert (axes.dtype, axes.data.dtype, axes.data.tolist()) == ("int32", np.int32, [1])
    assert graph.nodes[0].op == Mean()


def test_numbers_of_more_than_32_bits_are_refused() -> None:
    with pytest.raises(ModelError) as error:
        mean_over(np.array([2**31], np.int64))
    assert str(error.value) == (
        "layer 0 (MEAN -> 'y'): its axes is int64 where it computes in int8; convert the model so that it is int32"
    )


def test_int64_of_the_wrong_length_is_refused() -> None:
    file = File()
    x = file.tensor("x", (1, 6), "int8", INNER)
    axes = file.constant("axes", np.array([1, 2], np.int32))
    file.tensors[axes]["type"] = TYPES["int64"]
    with pytest.raises(ModelError) as error:
        read_tflite(file.build((x,), (x,)))
    assert str(error.value) == (
        "model.subgraphs[0].tensors[1] ('axes'): has 8 bytes of content for int64 (2,); convert the model again"
    )


def test_a_signature_of_another_rank_counts_for_nothing() -> None:
    file = File()
    x = file.tensor("x", (1, 6), "int8", INNER, (-1, -1, 6))
    assert read_tflite(file.build((x,), (x,))).tensors[x].shape == (1, 6)


def test_a_scale_without_zero_point_is_none() -> None:
    file = File()
    x = file.tensor("x", (1, 6), "int8", quantization=Record(QUANTIZATION, {"scale": (0.5,)}))
    assert read_tflite(file.build((x,), (x,))).tensors[x].quantization is None
