"""Sensorsmith makes ML sensors: `sensor.yaml` in, a documented device that runs its model beside the transducer out.

The compiler by itself, on any int8 .tflite file:

    load            compile a model and run the emitted C on this computer
    compile_model   compile a model into a folder of C
    profile_model   what a model costs on a target: instructions, modelled cycles, flash, RAM, layer by layer

They are imported when they are asked for, so that `import sensorsmith` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sensorsmith.compiler import compile_model, load
    from sensorsmith.measure import profile_model

__all__ = ["__version__", "compile_model", "load", "profile_model"]

__version__ = "0.1.0"

_HOMES = {"compile_model": "compiler", "load": "compiler", "profile_model": "measure"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
