"""Which variant of a kernel runs each layer on a target."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sensorsmith.base.errors import BoardError
from sensorsmith.compiler.steps import Call, Program, Scratch
from sensorsmith.compiler.variants import BY_NAME

# Variants by target, the most particular first; where none of them takes a layer, `ref` does.
VARIANTS: dict[str, tuple[str, ...]] = {
    "host": (),
    "cortex-m0plus": ("armv6m",),
    "cortex-m4": ("armv7em",),
    "cortex-m7": ("armv7em",),
    "cortex-m33": ("armv7em",),
    "cortex-m55": ("mve", "armv7em"),
    "riscv32": ("rv32", "armv6m"),
    "avr": ("avr",),
    "wasm": ("wasm",),
}


def select(program: Program, target: str) -> Program:
    """Replace each call by that of the best variant for a target, and give scratch memory a buffer.

    Raises:
        BoardError: there is no such target.
    """
    if target not in VARIANTS:
        raise BoardError(f"there is no target {target!r}", todo=f"use one of {', '.join(VARIANTS)}")
    sizes = dict(program.sizes)
    steps = []
    for step in program.steps:
        call = _specialise(step.call, VARIANTS[target])
        scratch: dict[str, Any] = {}
        for field in fields(call):
            value = getattr(call, field.name)
            if isinstance(value, Scratch):
                buffer = min(*sizes, 0) - 1  # below the indices of tensors
                sizes[buffer] = value.size
                scratch[field.name] = replace(value, buffer=buffer)
        steps.append(replace(step, call=replace(call, **scratch)))
    return replace(program, steps=tuple(steps), sizes=sizes)


def _specialise(call: Call, variants: tuple[str, ...]) -> Call:
    for variant in variants:
        make = BY_NAME.get(variant, {}).get(type(call))
        better = make(call) if make is not None else None
        if better is not None:
            return better
    return call


def header_name(kernel: str, variant: str) -> str:
    """The kernel's file in a folder of emitted C."""
    return f"ss_{kernel}_{variant}.h"
