from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tests.graph.models import inputs_of, small_convnet
from tests.graph.shared import AUDIO_PREPROCESSOR, FLOAT32, INT8, shared_model

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import (
    Conv2D,
    FullyConnected,
    Node,
    Quantization,
    Tensor,
    interpret,
    read_tflite,
    same,
    write_tflite,
)
from sensorsmith.graph.flatbuffer import Field, Record, Source, build
from sensorsmith.graph.ops import SUPPORTED
from sensorsmith.graph.ops.dense import FAMILY as DENSE
from sensorsmith.graph.schema import BUFFER, MODEL, OPERATOR, OPERATOR_CODE, QUANTIZATION, SUBGRAPH, TENSOR

Changes = Mapping[str, Any]
NONE: Changes = {}
SIGNATURE = {**TENSOR, "shape_signature": Field(7, "i")}


def quantization(scale: float, **values: Any) -> Record:
    return Record(QUANTIZATION, {"scale": (scale,), "zero_point": (0,), **values})


def file(
    x: Changes = NONE,
    weights: Changes = NONE,
    y: Changes = NONE,
    code: Changes = NONE,
    operator: Changes = NONE,
    options: Changes = NONE,
    buffer: Changes = NONE,
    unused_tensors: int = 0,
    subgraphs: int = 1,
    version: int = 3,
) -> bytes:
    """A .tflite file of one dense layer, with changes to any of its tables."""
    tensors = [
        Record(
            SIGNATURE,
            {
                "shape": (1, 4),
                "shape_signature": (-1, 4),
                "type": 9,
                "name": "x",
                "quantization": quantization(0.5),
                **x,
            },
        ),
        Record(
            TENSOR,
            {"shape": (2, 4), "type": 9, "buffer": 1, "name": "w", "quantization": quantization(0.25), **weights},
        ),
        Record(TENSOR, {"shape": (1, 2), "type": 9, "name": "y", "quantization": quantization(0.5), **y}),
        *[Record(TENSOR, {"shape": (1,)})] * unused_tensors,
    ]
    node = {"inputs": (0, 1, -1), "outputs": (2,), "builtin_options_type": 8, **operator}
    subgraph = {
        "tensors": tensors,
        "inputs": (0,),
        "outputs": (2,),
        "operators": [Record(OPERATOR, {"builtin_options": Record(DENSE.options, options), **node})],
        "name": "main",
    }
    values = {
        "version": version,
        "operator_codes": [Record(OPERATOR_CODE, {"deprecated_builtin_code": 9, "version": 4, **code})],
        "subgraphs": [Record(SUBGRAPH, subgraph)] * subgraphs,
        "buffers": [Record(BUFFER, {}), Record(BUFFER, {"data": bytes(range(8)), **buffer})],
    }
    return build(Record(MODEL, values), b"TFL3")


def test_a_file_is_read_whole() -> None:
    graph = read_tflite(file(options={"fused_activation_function": 3}))
    half, quarter = Quantization((0.5,), (0,)), Quantization((0.25,), (0,))
    assert (graph.name, graph.inputs, graph.outputs) == ("main", (0,), (2,))
    assert graph.nodes == (Node(FullyConnected("relu6"), (0, 1, -1), (2,)),)
    x, weights, y = graph.tensors
    assert (x.name, x.shape, x.dtype, x.quantization, x.data) == ("x", (1, 4), "int8", half, None)
    assert (weights.name, weights.shape, weights.dtype, weights.quantization) == ("w", (2, 4), "int8", quarter)
    assert (y.name, y.shape, y.dtype, y.quantization, y.data) == ("y", (1, 2), "int8", half, None)
    np.testing.assert_array_equal(weights.data, np.arange(8, dtype=np.int8).reshape(2, 4))


def test_constants_cannot_be_written_to() -> None:
    weights = read_tflite(file()).tensors[1].data
    assert weights is not None
    assert not weights.flags.writeable


def test_absent_options_stand_for_their_defaults() -> None:
    data = file(operator={"builtin_options_type": 0, "builtin_options": Record({}, {})})
    assert read_tflite(data).nodes[0].op == FullyConnected()


def test_the_larger_of_both_code_fields_counts() -> None:
    assert read_tflite(file(code={"deprecated_builtin_code": 0, "builtin_code": 9})).nodes[0].op == FullyConnected()


def test_one_zero_point_stands_for_all_channels() -> None:
    channels = Record(QUANTIZATION, {"scale": (0.25, 0.5), "zero_point": (0,)})
    weights = read_tflite(file(weights={"quantization": channels})).tensors[1]
    assert weights.quantization == Quantization((0.25, 0.5), (0, 0), 0)


def test_int4_weights_are_unpacked() -> None:
    packed = bytes((a & 15) | (b & 15) << 4 for a, b in ((1, -2), (7, -8), (0, -1), (3, 4)))
    graph = read_tflite(file(weights={"type": 17}, buffer={"data": packed}))
    weights = graph.tensors[1]
    assert (weights.dtype, weights.quantization) == ("int8", Quantization((0.25,), (0,)))
    np.testing.assert_array_equal(weights.data, np.int8([[1, -2, 7, -8], [0, -1, 3, 4]]))
    assert weights.data is not None
    assert not weights.data.flags.writeable
    odd = read_tflite(
        file(
            weights={"type": 17, "shape": (1, 3)}, x={"shape": (1, 3)}, y={"shape": (1, 1)}, buffer={"data": packed[:2]}
        )
    )
    np.testing.assert_array_equal(odd.tensors[1].data, np.int8([[1, -2, 7]]))


def test_int8_weights_of_a_float_layer_become_float32() -> None:
    channels = Record(QUANTIZATION, {"scale": (0.25, 2.0), "zero_point": (0, 1)})
    graph = read_tflite(file(x={"type": 0}, weights={"quantization": channels}, y={"type": 0}))
    weights = graph.tensors[1]
    assert (weights.dtype, weights.quantization) == ("float32", None)
    np.testing.assert_array_equal(weights.data, np.float32([[0, 0.25, 0.5, 0.75], [6, 8, 10, 12]]))
    output = interpret(graph, np.float32([[1, 0, 0, 2]]))[2]
    np.testing.assert_array_equal(output, np.float32([[1.5, 30]]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"not a model, only some text",
            "model: is not a TFL3 FlatBuffer; give a .tflite file, as the TensorFlow Lite converter writes it",
        ),
        (file(version=2), "model: has schema version 2, not 3; convert it again"),
        (file(subgraphs=2), "the model has 2 subgraphs; convert it without control flow"),
        (
            file(x={"type": 6}),
            "model.subgraphs[0].tensors[0] ('x'): has a type other than float32, int32, int64, int16, int8; "
            "convert the model to int8",
        ),
        (file(x={"is_variable": True}), "the model's input or output is a variable; convert the model again"),
        (
            file(weights={"sparsity": Record({}, {})}),
            "model.subgraphs[0].tensors[1] ('w'): is sparse; convert a dense model",
        ),
        (
            file(weights={"shape": (2, 5)}),
            "model.subgraphs[0].tensors[1] ('w'): has 8 bytes of content for int8 (2, 5); convert the model again",
        ),
        (
            file(weights={"type": 17}, buffer={"data": bytes(5)}),
            "model.subgraphs[0].tensors[1] ('w'): has 5 bytes of content for int4 (2, 4); "
            "convert the model again, with constants only in int4",
        ),
        (
            file(x={"type": 17}),
            "model.subgraphs[0].tensors[0] ('x'): has 0 bytes of content for int4 (1, 4); "
            "convert the model again, with constants only in int4",
        ),
        (
            file(weights={"shape": (-2, -4)}),
            "model.subgraphs[0].tensors[1] ('w'): has shape (-2, -4); convert the model with fixed shapes and batch 1",
        ),
        (
            file(weights={"shape": (1,) * 9}),
            "model.subgraphs[0].tensors[1] ('w'): has 9 dimensions; use at most 8",
        ),
        (
            file(y={"name": "y" * 16_385}),
            "model.subgraphs[0].tensors[2]: has a name of more than 16384 characters; convert the model again",
        ),
        (
            file(weights={"buffer": 7}),
            "model.subgraphs[0].tensors[1] ('w'): has buffer 7 of 2; copy or convert the model again",
        ),
        (
            file(buffer={"offset": 4096}),
            "model.subgraphs[0].tensors[1] ('w'): its content lies outside of the model; convert the model to one file",
        ),
        (
            file(weights={"quantization": quantization(0.5, details_type=1)}),
            "model.subgraphs[0].tensors[1] ('w'): has a custom or blockwise quantization; "
            "quantize per tensor or per channel",
        ),
        (
            file(weights={"buffer": 0}),
            "layer 0 (FULLY_CONNECTED -> 'y'): uses tensor 'w' before any layer computes it; convert the model again",
        ),
        (
            file(x={"quantization": Record(QUANTIZATION, {})}),
            "layer 0 (FULLY_CONNECTED -> 'y'): 'x' has no scale and zero point of its own; "
            "convert the model with full-integer quantization",
        ),
        (
            file(operator={"opcode_index": 1}),
            "model.subgraphs[0].operators[0]: has no operator code or no output; copy or convert the model again",
        ),
        (
            file(operator={"outputs": (3,)}),
            "model.subgraphs[0].operators[0]: has no operator code or no output; copy or convert the model again",
        ),
        (
            file(operator={"builtin_options_type": 1}),
            "model.subgraphs[0].operators[0]: has options of type 1; copy or convert the model again",
        ),
        (
            file(options={"fused_activation_function": 4}),
            "model.subgraphs[0].operators[0].builtin_options: fused_activation_function 4 is not supported; "
            "convert the model with one of: none, relu, relu6",
        ),
        (
            file(options={"weights_format": 1}),
            "model.subgraphs[0].operators[0].builtin_options: weights_format 1 is not supported; "
            "convert the model with one of: DEFAULT",
        ),
        (
            file(code={"deprecated_builtin_code": 53}),
            f"layer 0 (-> 'y'): the operator CAST is not supported; rebuild the model from {SUPPORTED}",
        ),
        (
            file(code={"deprecated_builtin_code": 127, "builtin_code": 250}),
            f"layer 0 (-> 'y'): the operator number 250 is not supported; rebuild the model from {SUPPORTED}",
        ),
        (
            file(code={"deprecated_builtin_code": 127, "builtin_code": 150}),
            "layer 0 (-> 'y'): the operator GELU is not supported: TFLite Micro does not have it; "
            "use HARD_SWISH or RELU",
        ),
        (
            file(code={"deprecated_builtin_code": 32, "custom_code": "Mine"}),
            "layer 0 (-> 'y'): the operator Mine (custom) is not supported: it is the model's own; "
            f"rebuild the model from {SUPPORTED}",
        ),
    ],
)
def test_files_outside_of_what_is_supported_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ModelError) as error:
        read_tflite(data)
    assert str(error.value) == message


def test_a_file_of_more_than_64_mb_is_refused() -> None:
    with pytest.raises(ModelError) as error:
        read_tflite(bytes((64 << 20) + 1))
    assert str(error.value) == "the file has 67108865 bytes, more than 64 MB; use a model for microcontrollers"


def test_a_file_cut_anywhere_is_refused() -> None:
    data = write_tflite(small_convnet())
    used = len(data.rstrip(b"\0"))
    for length in range(0, used, 7):
        with pytest.raises(ModelError, match=r"(damaged|is not a TFL3 FlatBuffer)"):
            read_tflite(data[:length])


def test_a_cut_file_names_the_place() -> None:
    data = file()
    weights = data.index(bytes(range(8)))
    with pytest.raises(ModelError) as error:
        read_tflite(data[: weights + 5])
    assert str(error.value) == (
        f"model.buffers[1].data: the file is damaged: 8 bytes at offset {weights} lie beyond its {weights + 5} bytes; "
        "copy or convert the model again"
    )


def test_a_tensor_that_is_named_ten_thousand_times_takes_no_memory() -> None:
    data = bytearray(file(weights={"name": "w" * 16_000}, unused_tensors=10_000))
    subgraph = Source(bytes(data)).root(MODEL, b"TFL3", "model").tables("subgraphs", SUBGRAPH)[0]
    weights = subgraph.tables("tensors", TENSOR)[1]
    at = subgraph._find("tensors")
    assert at is not None
    items = at + struct.unpack_from("<I", data, at)[0] + 4
    for item in range(items, items + 4 * 10_000, 4):
        struct.pack_into("<I", data, item, weights._position - item)
    tracemalloc.start()
    with pytest.raises(ModelError) as error:
        read_tflite(bytes(data))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.value.what == "the model's description (all but its weights) takes more than 8 MB"
    assert peak < 32 << 20


def test_messages_give_the_beginning_of_a_long_name() -> None:
    with pytest.raises(ModelError) as error:
        read_tflite(file(y={"name": "y" * 16_384}, code={"deprecated_builtin_code": 6}))
    assert error.value.where == f"layer 0 (-> '{'y' * 197}...')"
    with pytest.raises(ModelError) as error:
        read_tflite(file(y={"name": "y" * 16_384, "shape": (1, 3)}))
    assert error.value.where == f"layer 0 (FULLY_CONNECTED -> '{'y' * 197}...')"


def test_mutated_files_give_a_graph_or_one_clear_error() -> None:
    random = np.random.default_rng(20)
    good = [write_tflite(small_convnet()), file()]
    graphs = 0
    for i in range(2000):
        data = bytearray(good[i % 2])
        for _ in range(random.integers(1, 4)):
            mutate(data, random)
        try:
            graph = read_tflite(bytes(data))
        except ModelError as error:
            assert "\n" not in str(error)
            assert error.what
            assert error.todo
            continue
        graphs += 1
        assert same(read_tflite(write_tflite(graph)), graph)
        interpret(graph, inputs_of(graph, 1))
    assert 100 < graphs < 1900


def mutate(data: bytearray, random: np.random.Generator) -> None:
    """Change a byte, a 32-bit word, or the length."""
    at = int(random.integers(0, len(data)))
    kind = random.integers(0, 8)
    if kind < 4:
        data[at] = random.integers(0, 256)
    elif kind < 6:
        value = int(random.choice([0, 1, 4, 0x7F, 0xFFFF, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32 - 4]))
        data[at : at + 4] = struct.pack("<I", value)
    elif kind == 6:
        data[at : at + 4] = data[:4]
    else:
        del data[max(1, at) :]


@pytest.mark.parametrize("name", [*INT8.values(), *FLOAT32.values()])
def test_real_models_are_read(name: str) -> None:
    graph = read_tflite(shared_model(name))
    assert graph.nodes
    assert graph.tensors[graph.inputs[0]].dtype == ("float32" if "float32" in name else "int8")


def test_a_real_model_of_signal_operators_is_refused_by_name() -> None:
    with pytest.raises(
        ModelError, match=r"^layer 0 \(-> 'signal_window'\): the operator SignalWindow \(custom\) is not"
    ):
        read_tflite(shared_model(AUDIO_PREPROCESSOR))


def test_weights_of_a_real_model_with_dynamic_range_quantization_are_those_of_its_int8_form() -> None:
    real, quantized = (read_tflite(shared_model(name)) for name in (FLOAT32["kws"], INT8["kws"]))
    compared = 0
    for a, b in zip(real.nodes, quantized.nodes, strict=True):
        if isinstance(a.op, Conv2D | FullyConnected):
            weights, coarse = real.tensors[a.inputs[1]], quantized.tensors[b.inputs[1]]
            assert weights.dtype == "float32"
            steps = step_of(coarse)
            # The float file has one scale for all channels: the largest of the int8 file's.
            assert np.abs(weights.data - coarse.data * steps).max() < 1.01 * steps.max()
            compared += 1
    assert compared == 6


def step_of(tensor: Tensor) -> np.ndarray:
    assert tensor.quantization is not None
    return np.float32(tensor.quantization.scale).reshape(-1, *[1] * (len(tensor.shape) - 1))
