"""What a graph is lowered to: calls of kernels, in order, with every number resolved.

The fields of a call are the parameters of its C function `ss_<kernel>_<variant>`, in the same order, and each record
used as a field is the C struct that it names: `Dims` is `ss_dims`. The emitter needs to know no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.report import Strips
from sensorsmith.graph.types import Tensor

ElementType = Literal["int8", "int16", "int32"]

SAME_PLACE = -1
"""A `Call.lead` that allows two buffers to share bytes only where both begin at the very same address."""


def element_type(tensor: Tensor) -> ElementType:
    """The type of a tensor of a legal graph."""
    assert tensor.dtype in ("int8", "int16", "int32"), tensor.name
    return tensor.dtype


def width_of(tensor: Tensor) -> int:
    """Bytes of an element."""
    return np.dtype(tensor.dtype).itemsize


@dataclass(frozen=True)
class Record:
    """A C struct of numbers, passed by value; its fields are the members."""

    struct: ClassVar[str]


@dataclass(frozen=True)
class Dims(Record):
    """A tensor of one batch, or a filter of one output channel."""

    struct: ClassVar[str] = "ss_dims"
    h: int
    w: int
    c: int

    @property
    def size(self) -> int:
        return self.h * self.w * self.c


@dataclass(frozen=True)
class Nest(Record):
    """Counts or strides of five nested loops, the outermost first."""

    struct: ClassVar[str] = "ss_nest"
    a: int
    b: int
    c: int
    d: int
    e: int


@dataclass(frozen=True)
class Window(Record):
    """How a window moves over an image; the padding is that before the first row and column."""

    struct: ClassVar[str] = "ss_window"
    stride_h: int
    stride_w: int
    dilation_h: int = 1
    dilation_w: int = 1
    pad_h: int = 0
    pad_w: int = 0


@dataclass(frozen=True)
class Range(Record):
    """The zero point of an output, and what its activation lets through."""

    struct: ClassVar[str] = "ss_range"
    zero_point: int
    minimum: int
    maximum: int


@dataclass(frozen=True)
class Scale(Record):
    """A real factor as multiplier / 2^31 * 2^shift."""

    struct: ClassVar[str] = "ss_scale"
    multiplier: int
    shift: int


@dataclass(frozen=True, eq=False)
class Constant:
    """An array in flash. `note` becomes the end of its comment."""

    data: npt.NDArray[np.generic]
    note: str = ""


@dataclass(frozen=True, eq=False)
class ChannelScales:
    """ss_channel_scales: a factor for each output channel."""

    multiplier: Constant
    shift: Constant

    def each(self) -> list[Scale]:
        """One record for each channel."""
        return [Scale(int(m), int(s)) for m, s in zip(self.multiplier.data, self.shift.data, strict=True)]


@dataclass(frozen=True)
class Source:
    """A buffer that the kernel reads.

    Attributes:
        first: the byte of the buffer at which it begins.
        advance: by how many bytes it begins farther on in each turn of the loop that its step is in.
    """

    buffer: int
    dtype: ElementType = "int8"
    first: int = 0
    advance: int = 0


@dataclass(frozen=True)
class State(Source):
    """A buffer that the kernel reads and writes, and that keeps its content from one run to the next."""


@dataclass(frozen=True)
class Target:
    """A buffer that the kernel writes; `first` and `advance` as in `Source`."""

    buffer: int
    dtype: ElementType = "int8"
    first: int = 0
    advance: int = 0


@dataclass(frozen=True)
class Scratch:
    """Bytes that the kernel needs while it runs, as a pointer to `dtype`; nobody reads them afterwards.

    Attributes:
        buffer: given by `select`.
    """

    size: int
    dtype: ElementType = "int8"
    buffer: int = -1


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a kernel; a subclass is a kernel, in one variant.

    A variant that packs its constants otherwise, or works in another order, is a subclass of its own, made from the
    `ref` call by the functions in `variants/`.
    """

    kernel: ClassVar[str]
    variant: ClassVar[str] = "ref"

    @property
    def macs(self) -> int:
        """Multiplications with a weight, those in the padding included."""
        return 0

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        """By how many bytes `source` has to lie after `target` at least, so that writing destroys nothing yet unread.

        0 allows both to begin at the same address, too, and SAME_PLACE only that; None asks that they share no byte.
        """
        del source, target
        return None

    def constants(self) -> Iterator[tuple[str, Constant]]:
        """The arrays among the parameters, by name."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Constant):
                yield each.name, value
            elif isinstance(value, ChannelScales):
                yield "multiplier", value.multiplier
                yield "shift", value.shift

    def buffers(self) -> Iterator[Source | Target | Scratch]:
        """The buffers among the parameters."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Source | Target | Scratch):
                yield value


@dataclass(frozen=True, eq=False)
class Step:
    """A layer, or a part of one: one call of a kernel.

    Attributes:
        name: of the tensor that it makes.
        output_shape: of the tensor that it makes.
        macs: multiplications with a weight, those in the padding included.
    """

    name: str
    output_shape: tuple[int, ...]
    macs: int
    call: Call


def with_buffers(step: Step, change: Callable[[Any], Source | Target]) -> Step:
    """A step with other pointers to what it reads and writes, in order."""
    pointers = {f.name: getattr(step.call, f.name) for f in fields(step.call)}
    changed = {name: change(b) for name, b in pointers.items() if isinstance(b, Source | Target)}
    return replace(step, call=replace(step.call, **changed))


@dataclass(frozen=True)
class Loop:
    """Steps `first` to `last`, both included, which run one after another `turns` times."""

    first: int
    last: int
    turns: int


@dataclass(frozen=True, eq=False)
class Program:
    """A graph without anything left to decide but which variant of each kernel runs and where its buffers lie.

    Attributes:
        sizes: bytes of each buffer, by the index of the tensor that gave it its name.
        input: the buffer that the caller fills.
        output: the buffer that holds the result.
        strips: how its first layers run in strips of rows, if they do; see `strips.py`.
        leads: what `Call.lead` is for a call, for two buffers that many steps read and write, each a part.
        states: what each buffer that keeps its content from one run to the next holds before the first.
    """

    steps: tuple[Step, ...]
    sizes: dict[int, int]
    input: int
    output: int
    loops: tuple[Loop, ...] = ()
    strips: Strips | None = None
    leads: Mapping[tuple[int, int], int] = field(default_factory=dict)
    states: Mapping[int, npt.NDArray[np.generic]] = field(default_factory=dict)

    def turns(self, step: int) -> int:
        """How many times a step runs."""
        return next((loop.turns for loop in self.loops if loop.first <= step <= loop.last), 1)
