"""The order in which layers run: the graph's own, without those whose result nobody reads."""

from __future__ import annotations

from dataclasses import replace

from sensorsmith.compiler.steps import Program, Source, Target


def schedule(program: Program) -> Program:
    """Drop layers that the output does not depend on, and the buffers that only they use."""
    needed = {program.output}
    kept = []
    for step in reversed(program.steps):
        buffers = list(step.call.buffers())
        if any(b.buffer in needed for b in buffers if isinstance(b, Target)):
            kept.append(step)
            needed.update(b.buffer for b in buffers if isinstance(b, Source | Target))
    needed.add(program.input)
    sizes = {buffer: size for buffer, size in program.sizes.items() if buffer in needed}
    return replace(program, steps=tuple(reversed(kept)), sizes=sizes)
