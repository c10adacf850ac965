from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.compiler.models import motion_net, streaming_net, tiny, variables_net
from tests.graph.models import inputs_of

from sensorsmith.base.errors import DataError, ModelError
from sensorsmith.compiler import HostModel, compile_graph, load
from sensorsmith.graph import Graph, initial_state, interpret, interpret_batch, write_tflite


def test_a_file_runs_as_c(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(write_tflite(motion_net()))
    x = inputs_of(motion_net(), 20)
    np.testing.assert_array_equal(load(path).predict(x), interpret_batch(motion_net(), x))


def test_inputs_need_not_be_contiguous() -> None:
    model = HostModel(compile_graph(tiny(), "tiny"))
    x = inputs_of(tiny(), 8)
    np.testing.assert_array_equal(model.predict(x[::2]), model.predict(x)[::2])
    assert model.predict(x[:0]).shape == (0, 2)


def test_the_folder_is_kept_when_given_and_removed_when_not(tmp_path: Path) -> None:
    HostModel(compile_graph(tiny(), "tiny"), tmp_path / "c")
    assert {"tiny.c", "tiny.h", "ss_base.h"} <= {p.name for p in (tmp_path / "c").iterdir()}
    before = HostModel(compile_graph(tiny(), "tiny"))
    folder = before.folder
    assert folder.is_dir()
    del before
    assert not folder.exists()


def test_two_models_do_not_share_an_arena() -> None:
    a, b = HostModel(compile_graph(tiny(), "tiny")), HostModel(compile_graph(motion_net(), "tiny"))
    x, z = inputs_of(tiny(), 3), inputs_of(motion_net(), 3)
    first = a.predict(x)
    b.predict(z)
    np.testing.assert_array_equal(a.predict(x), first)


@pytest.mark.parametrize(
    ("x", "got"),
    [(np.zeros((2, 8), np.float32), "float32 of (2, 8)"), (np.zeros((8,), np.int8), "int8 of (8,)")],
)
def test_inputs_of_another_kind(x: np.ndarray, got: str) -> None:
    with pytest.raises(DataError) as caught:
        HostModel(compile_graph(tiny(), "tiny")).predict(x)
    assert str(caught.value) == (
        f"the model takes int8 values of shape (N, 8), not {got}; quantize and reshape them first"
    )


@pytest.mark.parametrize("make", [streaming_net, variables_net, lambda: variables_net("int16")])
def test_state_lives_from_input_to_input_until_it_is_reset(make: Callable[[], Graph]) -> None:
    graph = make()
    model = HostModel(compile_graph(graph, "stream"))
    x, state = inputs_of(graph, 12), initial_state(graph)
    expected = np.concatenate([interpret(graph, each[None], state)[graph.outputs[0]] for each in x])
    assert len(np.unique(expected, axis=0)) > 3
    np.testing.assert_array_equal(np.concatenate([model.predict(x[:5]), model.predict(x[5:])]), expected)
    assert not np.array_equal(model.predict(x), expected)
    model.reset()
    np.testing.assert_array_equal(model.predict(x), expected)


def test_a_model_without_state_may_be_reset_too() -> None:
    plain = HostModel(compile_graph(tiny(), "tiny"))
    plain.reset()
    assert not plain.emitted.stateful


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "absent.tflite"
    with pytest.raises(ModelError) as caught:
        load(path)
    assert str(caught.value) == f"{path}: cannot read the model: No such file or directory; check the path"


def test_a_file_too_large_to_be_a_model(tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(ModelError) as caught:
        load(path)
    assert str(caught.value) == f"{path}: the model has 67108865 bytes; use one of at most 64 MiB"
