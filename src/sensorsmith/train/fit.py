"""Training: batches drawn from recordings, one seeded optimizer run, and a line of history every few steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.spec.types import Training
from sensorsmith.train.framework import keras, one_core

Counts = npt.NDArray[np.int16]
_HISTORY_EVERY = 20  # steps


@dataclass(frozen=True)
class Examples:
    """What a network is trained on.

    Attributes:
        recordings: int16 counts (n, C) each.
        labels: class of each recording.
        classes: how many there are.
        draw: random windows int16 (N, T, C) from N recordings.
        features: of such windows, float32 (N, T', C').
    """

    recordings: Sequence[Counts]
    labels: Sequence[int]
    classes: int
    draw: Callable[[np.random.Generator, Sequence[Counts]], Counts]
    features: Callable[[Counts], npt.NDArray[np.float32]]

    def batch(self, seed: int, step: int, size: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Features (N, T', C') and one-hot labels (N, classes) of a step: every class equally often."""
        rng = np.random.default_rng([seed, step])
        present = sorted(set(self.labels))
        wanted = [present[(step + i) % len(present)] for i in range(size)]
        pools = {label: [i for i, other in enumerate(self.labels) if other == label] for label in present}
        chosen = [self.recordings[rng.choice(pools[label])] for label in wanted]
        return self.features(self.draw(rng, chosen)), np.eye(self.classes, dtype=np.float32)[wanted]


def fit(
    build: Callable[[], Any], examples: Examples, settings: Training, progress: Callable[[float, str], None]
) -> tuple[Any, list[dict[str, float]]]:
    """Train a network once.

    The same seed, data and versions give the same weights on one machine.

    Args:
        build: makes the untrained model, after the seed was set.
        progress: called with the share done and the loss.

    Returns:
        The trained model, and the history: step and mean loss since the last line.

    Raises:
        MissingTool: the `[train]` extra is not installed.
    """
    progress(0.0, "starting the framework")
    framework = keras()
    with one_core(), warnings.catch_warnings():
        # Keras on JAX still converts arrays in a way that numpy announces to end.
        warnings.simplefilter("ignore", DeprecationWarning)
        framework.utils.clear_session()
        framework.utils.set_random_seed(settings.seed)
        model = build()
        model.compile(
            _optimizer(settings), framework.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing)
        )
        watch, history = _watch(settings.steps, progress)
        progress(0.0, "compiling the training step")
        model.fit(_sequence(examples, settings), epochs=1, verbose=0, shuffle=False, callbacks=[watch])
    return model, history


def _optimizer(settings: Training) -> Any:
    optimizers = keras().optimizers
    warm_up = max(1, settings.steps // 20)
    rate = optimizers.schedules.CosineDecay(
        settings.learning_rate / 10,
        max(1, settings.steps - warm_up),
        warmup_target=settings.learning_rate,
        warmup_steps=warm_up,
    )
    return optimizers.AdamW(rate, weight_decay=settings.weight_decay)


def _sequence(examples: Examples, settings: Training) -> Any:
    class Batches(keras().utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return settings.steps

        def __getitem__(self, step: int) -> Any:
            return examples.batch(settings.seed, step, settings.batch)

    return Batches()


def _watch(steps: int, progress: Callable[[float, str], None]) -> tuple[Any, list[dict[str, float]]]:
    history: list[dict[str, float]] = []

    class Watch(keras().callbacks.Callback):  # type: ignore[misc]
        done, total = 0, 0.0

        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            if (batch + 1) % _HISTORY_EVERY == 0 or batch + 1 == steps:
                # Keras reports the mean over all steps so far; what is wanted is the mean since the last line.
                done, total = batch + 1, float((logs or {})["loss"]) * (batch + 1)
                loss = (total - self.total) / (done - self.done)
                self.done, self.total = done, total
                history.append({"step": done, "loss": round(loss, 6)})
                progress(done / steps, f"step {done} of {steps}, loss {loss:.3f}")

    return Watch(), history
