from __future__ import annotations

import importlib.util
import os
from typing import Any

import numpy as np
import pytest

from sensorsmith.base.errors import MissingTool
from sensorsmith.spec.types import Architecture, Training
from sensorsmith.train import framework
from sensorsmith.train.export import export
from sensorsmith.train.fit import Examples, fit
from sensorsmith.train.networks import NETWORKS

SHAPE = (20, 2)
SETTINGS = Training(steps=60, batch=16, learning_rate=0.01, label_smoothing=0.0)
NETWORK = Architecture.model_validate({"architecture": "conv1d", "blocks": [{"filters": 8, "pool": 2}, {"filters": 8}]})


def examples() -> Examples:
    """Two classes that differ in frequency."""
    rng = np.random.default_rng(0)
    time = np.arange(60)
    recordings, labels = [], []
    for label, period in ((0, 20), (1, 5)):
        for _ in range(6):
            wave = 8000 * np.sin(2 * np.pi * (time[:, None] / period + rng.random(2)))
            recordings.append(wave.astype(np.int16))
            labels.append(label)

    def draw(rng: np.random.Generator, chosen: Any) -> Any:
        starts = rng.integers(0, 40, len(chosen))
        return np.stack([r[s : s + 20] for r, s in zip(chosen, starts, strict=True)])

    return Examples(recordings, labels, 2, draw, lambda raw: (raw >> 8).astype(np.float32) / 64)


def train(seed: int = 1) -> tuple[Any, list[dict[str, float]], list[str]]:
    seen: list[str] = []
    settings = SETTINGS.model_copy(update={"seed": seed})
    build = NETWORKS["conv1d"]
    model, history = fit(lambda: build(NETWORK, SHAPE, 2), examples(), settings, lambda _, what: seen.append(what))
    return model, history, seen


def weights(model: Any) -> list[bytes]:
    return [t.data.tobytes() for t in export(model, "net").tensors if t.data is not None]


def test_a_network_learns_and_the_same_seed_gives_the_same_weights(keras: Any) -> None:  # noqa: ARG001
    model, history, seen = train()
    assert [line["step"] for line in history] == [20, 40, 60]
    assert history[-1]["loss"] < history[0]["loss"] / 3
    assert seen[-1].startswith("step 60 of 60, loss ")
    x, y = examples().batch(seed=99, step=0, size=40)
    predicted = np.asarray(model(x, training=False)).argmax(axis=1)
    assert (predicted == y.argmax(axis=1)).mean() > 0.95

    again, same_history, _ = train()
    assert weights(again) == weights(model)
    assert same_history == history
    assert weights(train(seed=2)[0]) != weights(model)


def test_every_class_is_in_every_batch_equally_often() -> None:
    _, y = examples().batch(seed=1, step=3, size=16)
    assert y.sum(axis=0).tolist() == [8, 8]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot bind a process to a core")
def test_training_leaves_the_process_its_cores() -> None:
    before = os.sched_getaffinity(0)
    with framework.one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize("missing", ["keras", "jax"])
def test_a_missing_framework_is_one_line_with_the_mending_command(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(MissingTool) as caught:
        framework.keras()
    assert str(caught.value) == (
        f'training needs {missing}, which is not installed; run: pip install "sensorsmith[train]"'
    )
