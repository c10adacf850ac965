"""The training framework, imported here and nowhere else."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sensorsmith.base.errors import MissingTool

BACKEND = "jax"


def keras() -> Any:
    """Import Keras on its default backend here, unless `KERAS_BACKEND` names another.

    Raises:
        MissingTool: Keras or its backend is not installed.
    """
    backend = os.environ.setdefault("KERAS_BACKEND", BACKEND)
    for name in ("keras", backend):
        if importlib.util.find_spec(name) is None:
            raise MissingTool(
                f"training needs {name}, which is not installed", todo='run: pip install "sensorsmith[train]"'
            )
    import keras as framework

    return framework


@contextmanager
def one_core() -> Iterator[None]:
    """Keep the calling thread, and the pools it starts, on one processor core.

    The order in which a backend adds numbers up depends on the number of its threads, so that only one thread gives
    the same weights on machines with different numbers of cores. Where the system cannot do this (macOS, Windows),
    training is repeatable on the same machine only.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[os.getpid() % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
