from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.compiler.models import motion_net, tiny, with_tensor
from tests.graph.models import Model, small_convnet

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import steps
from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.lower.conv import Conv2D as Conv2DCall
from sensorsmith.graph import Add, Conv2D, Graph, Mean, Pool2D, Softmax, check_graph


def _message(graph: Graph) -> str:
    check_graph(graph)
    with pytest.raises(ModelError) as caught:
        legalise(graph)
    return str(caught.value)


def _conv(graph: Graph, index: int) -> Conv2DCall:
    call = legalise(graph).steps[index].call
    assert isinstance(call, Conv2DCall)
    return call


def test_a_column_becomes_a_row() -> None:
    call = _conv(motion_net(), 0)
    assert (call.input_dims, call.filter_dims, call.output_dims) == (
        steps.Dims(1, 100, 6),
        steps.Dims(1, 5, 6),
        steps.Dims(1, 100, 16),
    )
    assert call.window == steps.Window(stride_h=1, stride_w=1, pad_w=2)


def test_the_zero_point_is_folded_only_where_no_window_reaches_the_padding() -> None:
    graph = motion_net()
    padded = _conv(graph, 2)
    assert padded.input_zero_point == -128
    node = graph.nodes[2]
    valid = Conv2D(padding="valid", activation="relu")
    shorter = replace(graph.tensors[node.outputs[0]], shape=(1, 46, 1, 24))
    cut = replace(
        with_tensor(graph, node.outputs[0], shorter),
        nodes=(*graph.nodes[:2], replace(node, op=valid)),
        outputs=node.outputs,
    )
    folded = _conv(cut, 2)
    assert folded.input_zero_point == 0
    rows = folded.filter.data.reshape(24, -1).astype(np.int64)
    np.testing.assert_array_equal(folded.bias.data, padded.bias.data + 128 * rows.sum(axis=1))


def test_a_reshape_shares_the_buffer_of_its_input() -> None:
    program = legalise(tiny())
    assert program.input == tiny().inputs[0]
    assert next(program.steps[0].call.buffers()) == steps.Source(program.input)


def test_a_constant_among_the_activations_is_brought_into_the_arena() -> None:
    model = Model()
    x = model.activation((1, 4))
    one = model.constant((1, 4))
    y = model.node(Add(), (x, one), model.activation((1, 4)))
    y = model.node(Add(), (y, one), model.activation((1, 4)))
    program = legalise(model.graph(x, y))
    assert [step.call.kernel for step in program.steps] == ["load", "add", "add"]
    assert list(program.steps[0].call.buffers()) == [steps.Target(one)]
    assert program.sizes[one] == 4


def test_a_float_model() -> None:
    assert _message(small_convnet("float32")) == "main: the model computes in float32; quantize it to int8 first"


def test_a_model_without_layers() -> None:
    model = Model()
    x = model.activation((1, 4))
    assert _message(model.graph(x, x)) == "main: the model has no layers; convert it again"


def test_a_sum_beyond_32_bits() -> None:
    graph = motion_net()
    _, filter_, bias = graph.nodes[0].inputs
    limit = replace(graph.tensors[bias], data=np.full(16, 2**31 - 1, np.int32))
    weights = graph.tensors[filter_].data
    assert weights is not None
    reach = 2**31 - 1 + 128 * int(np.abs(weights[0].astype(int)).sum())
    assert _message(with_tensor(graph, bias, limit)) == (
        f"layer 0 (CONV_2D -> 't3'): the sum of output channel 0 can reach {reach}, too much for 32 bits at its scale; "
        "quantize the model again, or use smaller weights and biases"
    )


def test_a_mean_over_axes_that_are_apart() -> None:
    model = Model()
    x = model.activation((1, 2, 3, 4))
    y = model.node(Mean(), (x, model.indices((1, 3))), model.activation((1, 3)))
    assert _message(model.graph(x, y)) == (
        "layer 0 (MEAN -> 't2'): its axes [1, 3] are not neighbours; take one mean after the other"
    )


def test_too_many_classes() -> None:
    model = Model()
    x = model.activation((1, 512))
    y = model.node(Softmax(), (x,), model.activation((1, 512), 1 / 256, -128))
    assert _message(model.graph(x, y)) == "layer 0 (SOFTMAX -> 't1'): has 512 classes; use fewer than 512 classes"


def test_a_stride_beyond_16_bits() -> None:
    model = Model()
    x = model.activation((1, 2, 2, 1))
    y = model.node(Pool2D("max", (1, 1), (40_000, 1), "same"), (x,), model.activation((1, 1, 2, 1)))
    assert _message(model.graph(x, y)) == (
        "layer 0 (MAX_POOL_2D -> 't1'): a stride, dilation or padding is above 32767; "
        "use a window no larger than the input"
    )
