"""Variants of kernels for instruction sets: each file here makes, of a `ref` call, the call of a quicker kernel.

A file is named as its variant is. Its `SPECIALISE` has, for each class of call that it can better, a function that
returns the new call, or None where this layer does not suit it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sensorsmith.compiler.steps import Call
from sensorsmith.compiler.variants import armv6m, armv7em, avr, mve, rv32, wasm

Specialise = Mapping[type[Call], Callable[[Any], Call | None]]

BY_NAME: Mapping[str, Specialise] = {
    "armv6m": armv6m.SPECIALISE,
    "armv7em": armv7em.SPECIALISE,
    "avr": avr.SPECIALISE,
    "mve": mve.SPECIALISE,
    "rv32": rv32.SPECIALISE,
    "wasm": wasm.SPECIALISE,
}
