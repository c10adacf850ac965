"""RISC-V of 32 bits with the products of its M extension: the arithmetic of armv6m, in C.

Where one kernel in C serves both, it is armv6m's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from sensorsmith.compiler.lower import conv
from sensorsmith.compiler.steps import Call, Scratch, Source, Target
from sensorsmith.compiler.variants import armv6m


@dataclass(frozen=True, eq=False)
class Conv2D(armv6m.Conv2D):
    variant: ClassVar[str] = "rv32"

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        """The same driver reads the windows of as many pixels before it writes."""
        return super().lead(source, target)


def _conv2d(call: conv.Conv2D) -> Conv2D | None:
    made = armv6m.SPECIALISE[conv.Conv2D](call)
    if not isinstance(made, armv6m.Conv2D):
        return None
    return Conv2D(**{field.name: getattr(made, field.name) for field in fields(made)})


SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {conv.Conv2D: _conv2d}
