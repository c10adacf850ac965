"""A sensor from graph to bus: what the compiler and the feature block emit, on the emulated board."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from sensorsmith.boards import load_board
from sensorsmith.compiler import compile_graph
from sensorsmith.dsp import MotionBlock
from sensorsmith.emulate import open_board
from sensorsmith.firmware import ModelFacts, build
from sensorsmith.graph import interpret_batch
from sensorsmith.graph.types import (
    Conv2D,
    DType,
    FullyConnected,
    Graph,
    Mean,
    Node,
    Pool2D,
    Quantization,
    Softmax,
    Tensor,
)
from sensorsmith.spec.types import Sensor

pytest.importorskip("unicorn")


class _Network:
    """Random weights, but scales that keep all layers in use."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.nodes: list[Node] = []
        self.rng = np.random.default_rng(3)

    def tensor(
        self,
        shape: tuple[int, ...],
        scale: float | None,
        zero: int = 0,
        dtype: DType = "int8",
        data: npt.NDArray[np.generic] | None = None,
    ) -> int:
        quantization = None if scale is None else Quantization((float(np.float32(scale)),), (zero,))
        self.tensors.append(Tensor(f"t{len(self.tensors)}", shape, dtype, quantization, data))
        return len(self.tensors) - 1

    def weights(self, shape: tuple[int, ...], source: float) -> tuple[int, int]:
        filters = self.tensor(shape, 0.01, data=self.rng.integers(-127, 128, shape).astype(np.int8))
        bias = self.rng.integers(-500, 500, shape[:1]).astype(np.int32)
        return filters, self.tensor(shape[:1], float(np.float32(0.01)) * source, dtype="int32", data=bias)


def _graph(steps: int, channels: int) -> Graph:
    n = _Network()
    x = n.tensor((1, steps, 1, channels), 1 / 64)
    filters, bias = n.weights((8, 3, 1, channels), 1 / 64)
    h = n.tensor((1, steps, 1, 8), 1 / 32, -128)
    n.nodes.append(Node(Conv2D(activation="relu"), (x, filters, bias), (h,)))
    p = n.tensor((1, steps // 2, 1, 8), 1 / 32, -128)
    n.nodes.append(Node(Pool2D("max", (2, 1), (2, 1)), (h,), (p,)))
    axes = n.tensor((2,), None, dtype="int32", data=np.array([1, 2], np.int32))
    m = n.tensor((1, 8), 1 / 32, -128)
    n.nodes.append(Node(Mean(), (p, axes), (m,)))
    filters, bias = n.weights((5, 8), 1 / 32)
    logits = n.tensor((1, 5), 1 / 16)
    n.nodes.append(Node(FullyConnected(), (m, filters, bias), (logits,)))
    scores = n.tensor((1, 5), 1 / 256, -128)
    n.nodes.append(Node(Softmax(), (logits,), (scores,)))
    return Graph("shaken", tuple(n.tensors), tuple(n.nodes), (x,), (scores,))


def test_every_window_is_classified_as_the_interpreter_does(tiny_sensor: Sensor) -> None:
    sensor = tiny_sensor.model_copy(
        update={"window": tiny_sensor.window.model_copy(update={"length": 0.64, "hop": 0.32})}
    )
    block = MotionBlock.from_spec(sensor)
    graph = _graph(*block.shape)
    model = compile_graph(graph, "shaken", "cortex-m4")
    board = load_board("nucleo-l4r5zi")
    image = build(sensor, board, model.files | block.emit("shaken"), ModelFacts(bytes(32), tuple("abcde"), 0))
    rng = np.random.default_rng(1)
    raw = (rng.normal(0, 1500, (60, *block.window)) + rng.normal(0, 1500, (60, 1, 2))).clip(-32768, 32767)
    windows = raw.astype(np.int16)

    features = block.transform(windows).reshape(60, *graph.tensors[graph.inputs[0]].shape[1:])
    scores = interpret_batch(graph, features).reshape(60, 5)
    classes = scores.argmax(1)
    assert len(set(classes.tolist())) >= 3
    confidences = ((scores.max(1).astype(int) + 128) & 0xF0) / 256
    with open_board(board, image.elf, block.window) as device:
        results = device.classify(windows)
        counts = [device.profile(window) for window in windows[:3]]
    assert [r.class_index for r in results] == classes.tolist()
    assert [r.confidence for r in results] == confidences.tolist()
    assert counts[0] == counts[1] == counts[2]
    assert counts[0]["ss_window"] > counts[0]["shaken_run"] + counts[0]["shaken_features"]
