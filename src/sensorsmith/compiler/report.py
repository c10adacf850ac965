"""What the compiler says about its result: memory, work, and where each buffer lies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LayerReport:
    """One layer.

    Attributes:
        name: of the tensor that it makes.
        op: its kernel.
        variant: of the kernel.
        symbol: its function in the emitted C, under which a profile finds it.
        macs: multiplications with a weight that it executes, in all turns of its loop, those in the padding included.
        output_shape: of the tensor that it makes, without channels that need not be computed.
        weights_bytes: weights, biases and tables of scales.
    """

    name: str
    op: str
    variant: str
    symbol: str
    macs: int
    output_shape: tuple[int, ...]
    weights_bytes: int


@dataclass(frozen=True)
class BufferReport:
    """A buffer of the arena.

    Attributes:
        name: of the tensor that it holds first; reshaped ones share its bytes.
        offset: bytes from the start of the arena.
        size: bytes.
        first: index of the layer that writes it; -1 for the input.
        last: index of the last layer that reads it; the number of layers for the output.
    """

    name: str
    offset: int
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Strips:
    """How the first layers of a model run in strips of rows; see docs/why/strips.md.

    Attributes:
        layers: how many layers of the model, of those that are left to compute.
        last: the name of the tensor that they make.
        count: of strips.
        rows: of that tensor, in each strip but the last, which may have fewer.
        extra_macs: beyond those of the layers as a whole; below 0 where some of their rows are not needed.
        moved_bytes: of rows that are moved because the next strip reads them again, in all strips.
        turns: how many times each function of the emitted C runs, in the order of `CompileReport.layers`.
    """

    layers: int
    last: str
    count: int
    rows: int
    extra_macs: int
    moved_bytes: int
    turns: tuple[int, ...]


@dataclass(frozen=True)
class CompileReport:
    """A compiled model. Sizes are in bytes; see `LayerReport`, `BufferReport` and `Strips`.

    Attributes:
        macs: multiplications with a weight in the model as it was given, which is the figure to compare models by.
        executed_macs: those that are left in the emitted C.
        layers: functions of the emitted C; those of a loop run more than once.
        strips: where a RAM budget asked for them.
    """

    name: str
    target: str
    model_sha256: str
    arena_bytes: int
    weights_bytes: int
    macs: int
    executed_macs: int
    layers: tuple[LayerReport, ...]
    buffers: tuple[BufferReport, ...]
    strips: Strips | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values; without `strips` where there are none."""
        return {name: value for name, value in asdict(self).items() if value is not None}
