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
from sensorsmith.compiler.lower.conv_s16 import Conv2DS16
from sensorsmith.compiler.lower.move import Copy
from sensorsmith.graph import (
    Add,
    AssignVariable,
    BatchMatMul,
    Concatenation,
    Conv2D,
    FullyConnected,
    Graph,
    Mean,
    Node,
    Pool2D,
    Quantization,
    ReadVariable,
    Reshape,
    ResizeNearest,
    Softmax,
    StridedSlice,
    Transpose,
    check_graph,
)


def _steps(model: Model, x: int, y: int) -> list[tuple[str, str]]:
    """Kernel and name of each step."""
    graph = model.graph(x, y)
    check_graph(graph)
    return [(step.call.kernel, step.name) for step in legalise(graph).steps]


def _remembering() -> tuple[Model, int, int]:
    """A model, its input, and a variable like it."""
    model = Model()
    return model, model.activation((1, 5), 0.05, 3), model.variable((1, 5), "int8", 0.05, 3)


def _assign(model: Model, x: int, variable: int) -> None:
    model.nodes.append(Node(AssignVariable(), (x,), (variable,)))


def _read(model: Model, variable: int) -> int:
    return model.node(ReadVariable(), (variable,), model.activation((1, 5), 0.05, 3))


def _sum(model: Model, x: int, y: int) -> int:
    return model.node(Add(), (x, y), model.activation((1, 5), 0.05, 3))


def test_a_value_is_made_where_its_variable_lies() -> None:
    model, x, variable = _remembering()
    y = _sum(model, x, x)
    _assign(model, y, variable)
    z = _sum(model, y, _read(model, variable))
    assert _steps(model, x, z) == [("add", "t2"), ("add", "t4")]
    first, second = legalise(model.graph(x, z)).steps
    assert [b.buffer for b in first.call.buffers()] == [x, x, variable]
    assert [b.buffer for b in second.call.buffers()] == [variable, variable, z]


def test_a_value_is_copied_where_it_is_made_of_the_variable() -> None:
    model, x, variable = _remembering()
    y = _sum(model, x, _read(model, variable))
    _assign(model, y, variable)
    assert _steps(model, x, y) == [("add", "t3"), ("copy", "t1")]


def test_the_input_is_copied_to_a_variable() -> None:
    model, x, variable = _remembering()
    past = _read(model, variable)
    y = _sum(model, x, past)
    _assign(model, x, variable)
    assert _steps(model, x, y) == [("add", "t3"), ("copy", "t1")]


def test_what_is_read_is_kept_apart_where_it_is_used_after_an_assignment() -> None:
    model, x, variable = _remembering()
    past = _read(model, variable)
    again = model.node(Reshape((5, 1)), (past,), model.activation((5, 1), 0.05, 3))
    _assign(model, x, variable)
    y = model.node(Reshape((1, 5)), (again,), model.activation((1, 5), 0.05, 3))
    assert _steps(model, x, y) == [("copy", "t3"), ("copy", "t1")]
    program = legalise(model.graph(x, y))
    assert (program.output, list(program.states)) == (again, [variable])


def test_a_variable_that_is_assigned_itself_stays() -> None:
    model, x, variable = _remembering()
    past = _read(model, variable)
    _assign(model, past, variable)
    assert _steps(model, x, _sum(model, x, past)) == [("add", "t3")]


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


@pytest.mark.parametrize(("axes", "shape", "kernel"), [((2, 3), (1, 2), "mean"), ((1, 3), (1, 3), "reduce_sum")])
def test_a_mean_takes_another_kernel_where_its_axes_are_apart(
    axes: tuple[int, ...], shape: tuple[int, ...], kernel: str
) -> None:
    model = Model()
    x = model.activation((1, 2, 3, 4))
    (step,) = legalise(model.graph(x, model.node(Mean(), (x, model.indices(axes)), model.activation(shape)))).steps
    assert step.call.kernel == kernel


def test_views_of_more_than_five_loops_are_refused() -> None:
    model = Model()
    shape = (1, 2, 3, 2, 3, 2, 3)
    x = model.activation(shape)
    flipped = tuple(shape[i] for i in (0, 6, 5, 4, 3, 2, 1))
    y = model.node(Transpose(), (x, model.indices((0, 6, 5, 4, 3, 2, 1))), model.activation(flipped))
    assert _message(model.graph(x, y)) == (
        "layer 0 (TRANSPOSE -> 't2'): moves along 6 dimensions at once; use at most 5 dimensions"
    )


def test_what_copies_a_tensor_as_it_lies_makes_no_step() -> None:
    model = Model()
    x = model.activation((1, 2, 3))
    y = model.node(Transpose(), (x, model.indices((1, 0, 2))), model.activation((2, 1, 3)))
    y = model.node(Concatenation(0), (y,), model.activation((2, 1, 3)))
    y = model.node(Reshape((1, 6)), (y,), model.activation((1, 6)))
    program = legalise(model.graph(x, y))
    assert (program.steps, program.output) == ((), x)


def test_too_many_classes() -> None:
    model = Model()
    x = model.activation((1, 512))
    y = model.node(Softmax(), (x,), model.activation((1, 512), 1 / 256, -128))
    assert _message(model.graph(x, y)) == "layer 0 (SOFTMAX -> 't1'): has 512 classes; use fewer than 512 classes"


def test_products_that_repeat_both_inputs() -> None:
    model = Model()
    x = model.activation((1, 2, 1, 3, 4))
    y = model.node(BatchMatMul(), (x, model.constant((1, 1, 3, 4, 2))), model.activation((1, 2, 3, 3, 2), 1.0))
    assert _message(model.graph(x, y)) == (
        "layer 0 (BATCH_MATMUL -> 't2'): repeats both of its inputs (1, 2, 1, 3, 4) and (1, 1, 3, 4, 2); "
        "let one of the inputs have all matrices"
    )


def test_a_product_beyond_32_bits() -> None:
    model = Model()
    x = model.activation((1, 1, 40_000), zero_point=-128)
    y = model.node(BatchMatMul(adj_y=True), (x, x), model.activation((1, 1, 1), 1.0))
    assert _message(model.graph(x, y)) == (
        "layer 0 (BATCH_MATMUL -> 't1'): the sum of output channel 0 can reach 2601000000, too much for 32 bits at its "
        "scale; quantize the model again, or use smaller weights and biases"
    )


def test_an_image_of_too_many_rows() -> None:
    model = Model()
    x = model.activation((1, 1, 1, 1))
    op = ResizeNearest()
    y = model.node(op, (x, model.indices((40_000, 1))), model.activation((1, 40_000, 1, 1)))
    assert _message(model.graph(x, y)) == (
        "layer 0 (RESIZE_NEAREST_NEIGHBOR -> 't2'): has more than 32767 rows or columns; use smaller images"
    )


def _wide(bias: int, outputs: int = 1, inputs: int = 4, y_scale: float = 0.05) -> Graph:
    """A dense layer on int16 activations with weights of 127."""
    model = Model("int16")
    x = model.activation((1, inputs))
    ones = np.full((outputs, inputs), 127, np.int8)
    weights = model.tensor((outputs, inputs), "int8", Quantization((0.01,), (0,)), ones)
    scale = Quantization((model.scale(x) * 0.01,), (0,))
    given = model.tensor((outputs,), "int64", scale, np.full(outputs, bias, np.int64))
    return model.graph(x, model.node(FullyConnected(), (x, weights, given), model.activation((1, outputs), y_scale)))


def test_sums_of_int16_activations_are_wide_only_where_they_have_to_be() -> None:
    for inputs, wide in ((500, 0), (517, 1)):
        call = legalise(_wide(100, inputs=inputs)).steps[0].call
        assert isinstance(call, Conv2DS16)
        assert call.scaling == wide


def test_a_bias_beyond_32_bits() -> None:
    for bias in (2**31, -(2**31), -(2**63)):
        assert _message(_wide(bias)) == (
            "layer 0 (FULLY_CONNECTED -> 't3'): its bias does not fit into 32 bits; "
            "quantize the model again, with a coarser scale for its input or weights"
        )


def test_a_sum_of_int16_activations_beyond_32_bits_once_scaled() -> None:
    reach = 4096 * 127 * 32768 + 5
    assert _message(_wide(5, inputs=4096, y_scale=2.0**-13)) == (
        f"layer 0 (FULLY_CONNECTED -> 't3'): the sum of output channel 0 can reach {reach}, too much at its scale; "
        "quantize the model again, or use smaller weights and biases"
    )


def test_a_stride_beyond_16_bits() -> None:
    model = Model()
    x = model.activation((1, 2, 2, 1))
    y = model.node(Pool2D("max", (1, 1), (40_000, 1), "same"), (x,), model.activation((1, 1, 2, 1)))
    assert _message(model.graph(x, y)) == (
        "layer 0 (MAX_POOL_2D -> 't1'): a stride, dilation or padding is above 32767; "
        "use a window no larger than the input"
    )


def test_a_single_element_is_copied_from_where_it_lies() -> None:
    for dtype, size in (("int8", 1), ("int16", 2)):
        model = Model(dtype)  # type: ignore[arg-type]
        x = model.activation((1, 3, 4))
        inputs = (x, model.indices((0, 1, 2)), model.indices((1, 2, 3)), model.indices((1, 1, 1)))
        y = model.node(StridedSlice(shrink_axis_mask=7), inputs, model.activation(()))
        y = model.node(Reshape((1,)), (y,), model.activation((1,)))
        call = legalise(model.graph(x, y)).steps[0].call
        assert isinstance(call, Copy)
        assert call.input_first == 6 * size
