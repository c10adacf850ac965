"""The first layers of a program in strips of rows: of each tensor between them only a few rows are in memory.

Rows of an image lie in memory one after the other, so that a strip of it is an image too, and each layer of the stage
is, for each strip, an ordinary call on fewer rows: every variant of its kernel serves. A strip makes `rows` rows of the
stage's result, and of each tensor before it the rows that this takes and that no earlier strip has made. Rows that
later strips read again stay: they slide to the start of their buffer. So nothing is computed twice, unlike in patches
(Lin et al., MCUNetV2, 2021), whose halos are.

Strips that differ only in how far they have come in the stage's source and result become one loop. The first one, which
has the padding above it, and the last ones, which have less to do, stand before and after it.

A stage may have convolutions, pooling, sums of two tensors and functions of single values. It reads the model's input,
which nobody else does, and makes one tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, ClassVar

from sensorsmith.compiler.lower import add, conv, conv_s16, lookup, pool, pool_s16
from sensorsmith.compiler.memory import padded, saving
from sensorsmith.compiler.report import Strips
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Loop, Program, Source, Step, Target

_CONVOLUTIONS = (conv.Conv2D, conv.DepthwiseConv2D, conv_s16.Conv2DS16, conv_s16.DepthwiseConv2DS16)
_POOLING = (pool.AveragePool, pool.MaxPool, pool_s16.AveragePoolS16, pool_s16.MaxPoolS16)
_ELEMENTWISE = (add.Add, lookup.Lookup)

Rows = Mapping[int, int]
"""Rows of each buffer of a stage."""


@dataclass(frozen=True, eq=False)
class Slide(Call):
    kernel: ClassVar[str] = "slide"
    size: int
    input: Source
    output: Target


@dataclass(frozen=True)
class _Reach:
    """Which rows of its sources, `height` in all, a layer reads for rows of its result."""

    height: int
    stride: int = 1
    pad: int = 0
    window: int = 1

    def first(self, row: int) -> int:
        """The first one that result row `row` reads."""
        return min(max(row * self.stride - self.pad, 0), self.height)

    def end(self, rows: int) -> int:
        """The one after the last that the first `rows` rows of the result read."""
        return min(max((rows - 1) * self.stride - self.pad + self.window, 0), self.height) if rows else 0

    def padding(self, row: int) -> int:
        """Rows of padding before the window of result row `row`."""
        return max(self.pad - row * self.stride, 0)


@dataclass(frozen=True, eq=False)
class _Layer:
    """A step whose result can be made a few rows at a time.

    Attributes:
        height: rows of the result.
    """

    step: Step
    reach: _Reach
    height: int

    @property
    def sources(self) -> list[int]:
        return [b.buffer for b in self.step.call.buffers() if isinstance(b, Source)]

    @property
    def target(self) -> int:
        return next(b.buffer for b in self.step.call.buffers() if isinstance(b, Target))

    def strip(self, start: int, end: int) -> Step:
        """The step that makes rows `start` to `end` of the result of the rows that they read."""
        call: Any = self.step.call
        rows = end - start
        if type(call) in _ELEMENTWISE:
            call = replace(call, size=call.size // self.height * rows)
        else:
            call = replace(
                call,
                window=replace(call.window, pad_h=self.reach.padding(start)),
                input_dims=replace(call.input_dims, h=self.reach.end(end) - self.reach.first(start)),
                output_dims=replace(call.output_dims, h=rows),
            )
        batch, _, *rest = self.step.output_shape
        return Step(self.step.name, (batch, rows, *rest), call.macs, call)


def _layer(step: Step) -> _Layer | None:
    """A step as a layer of a stage, if it can be one."""
    call: Any = step.call
    if len(step.output_shape) != 4 or step.output_shape[0] != 1:
        return None
    height = step.output_shape[1]
    if type(call) in _ELEMENTWISE:
        return _Layer(step, _Reach(height), height)
    # Columns that were turned into rows stay whole.
    if type(call) not in _CONVOLUTIONS + _POOLING or call.output_dims.h != height:
        return None
    kernel = call.filter_dims if type(call) in _CONVOLUTIONS else call.pool_dims
    window = (kernel.h - 1) * call.window.dilation_h + 1
    return _Layer(step, _Reach(call.input_dims.h, call.window.stride_h, call.window.pad_h, window), height)


def stages(program: Program) -> Iterator[Stage]:
    """Every stage that a program can begin with, in each number of strips."""
    layers: list[_Layer] = []
    height: dict[int, int] = {}
    for step in program.steps:
        layer = _layer(step)
        if layer is None or any(height.setdefault(b, layer.reach.height) != layer.reach.height for b in layer.sources):
            return
        layers.append(layer)
        height[layer.target] = layer.height
        if _closed(program, layers):
            for rows in dict.fromkeys(-(-layer.height // count) for count in range(2, layer.height + 1)):
                yield Stage(program, tuple(layers), rows)


def _closed(program: Program, layers: Sequence[_Layer]) -> bool:
    """Whether layers read the input alone, and the rest of the program reads of them only the last one's result."""
    made = {layer.target for layer in layers}
    read = {buffer for layer in layers for buffer in layer.sources}
    later = {b.buffer for step in program.steps[len(layers) :] for b in step.call.buffers()} | {program.output}
    return read - made == {program.input} and (made | read) & later == {layers[-1].target}


class Stage:
    """The first layers of a program, in strips of `rows` rows of their result.

    Attributes:
        bound: bytes that the stage needs at least.
        moved: bytes of rows that slide, in all strips.
    """

    def __init__(self, program: Program, layers: tuple[_Layer, ...], rows: int) -> None:
        self._program, self._layers, self._rows = program, layers, rows
        self._source, self._result = program.input, layers[-1].target
        height = {b: layer.reach.height for layer in layers for b in layer.sources} | {self._result: layers[-1].height}
        self._row = {b: program.sizes[b] // rows_ for b, rows_ in height.items()}
        ends = range(0, layers[-1].height + rows, rows)
        # Before each strip, and after the last: how many rows are made, and from which one on they are still read.
        self._made = [self._made_for(min(end, layers[-1].height)) for end in ends]
        self._unread = [self._unread_after(made) for made in self._made]
        self._between = [layer.target for layer in layers[:-1]]
        self._lasting = {b for b in self._between if any(self._left(b, strip) for strip in range(self.count))}
        # Of each tensor between layers, the row at the start of its buffer in each strip.
        first = {b: self._first_origin(b) for b in self._between}
        self._origin = [first, *({b: unread[b] for b in self._between} for unread in self._unread[1:])]
        self.moved = sum(self._moved(b, strip) for b in self._between for strip in range(self.count))
        self.bound = self._least()

    @property
    def count(self) -> int:
        """Strips."""
        return len(self._made) - 1

    def _made_for(self, rows: int) -> Rows:
        """The rows that so many rows of the result need of each tensor, from its first one on."""
        made = dict.fromkeys(self._row, 0) | {self._result: rows}
        for layer in reversed(self._layers):
            for source in layer.sources:
                made[source] = max(made[source], layer.reach.end(made[layer.target]))
        return made

    def _unread_after(self, made: Rows) -> Rows:
        """Of each tensor, the first row that is to be read once others are made; the next one to be made, if none."""
        unread = dict(made)
        for layer in self._layers:
            if made[layer.target] < self._made[-1][layer.target]:
                for source in layer.sources:
                    unread[source] = min(unread[source], layer.reach.first(made[layer.target]))
        return unread

    def _left(self, buffer: int, strip: int) -> int:
        """Rows of earlier strips that this one or a later one reads."""
        return self._made[strip][buffer] - self._unread[strip][buffer]

    def _first_origin(self, buffer: int) -> int:
        """Which row of a tensor would be at the start of its buffer in the first strip.

        One in the padding above it, if then the second strip slides as far as those after it, and takes no more memory.
        """
        if buffer not in self._lasting or self.count < 3:
            return 0
        second, third = (self._unread[strip][buffer] for strip in (1, 2))
        most = max(self._made[strip + 1][buffer] - self._unread[strip][buffer] for strip in range(1, self.count))
        return min(0, max(2 * second - third, self._made[1][buffer] - most))

    def _moved(self, buffer: int, strip: int) -> int:
        """Bytes that slide to the start of their buffer before a strip."""
        slides = strip > 0 and self._origin[strip][buffer] > self._origin[strip - 1][buffer]
        return self._left(buffer, strip) * self._row[buffer] if slides else 0

    def _size(self, buffer: int, strips: range) -> int:
        """Bytes of a tensor between layers that are in memory at once."""
        rows = max(self._made[strip + 1][buffer] - self._origin[strip][buffer] for strip in strips)
        return rows * self._row[buffer]

    def _lead(self) -> int:
        """By how much the source has to begin after the result: what is written then is behind what is to be read."""
        # All layers but the last have read their rows before it writes.
        then = 0 if self._source in self._layers[-1].sources else 1
        return max(
            0,
            *(
                self._made[strip + 1][self._result] * self._row[self._result]
                - self._unread[strip + then][self._source] * self._row[self._source]
                for strip in range(self.count - then)
            ),
        )

    def _least(self) -> int:
        """The source, the result and what stays from strip to strip are in memory all the time."""
        source, result = (self._program.sizes[b] for b in (self._source, self._result))
        lasting = sum(padded(self._size(b, range(self.count))) for b in self._lasting)
        return padded(source) + padded(result) - saving(source, result, self._lead()) + lasting

    def program(self) -> Program:
        """The program with its first layers in strips."""
        whole = self._program
        steps: list[Step] = []
        sizes = {b: size for b, size in whole.sizes.items() if b not in self._between}
        sizes |= {b: self._size(b, range(self.count)) for b in self._lasting}
        loops = []
        for turns in self._alike():
            turn = self._strip(turns[0])
            if len(turns) > 1:
                loops.append(Loop(len(steps), len(steps) + len(turn) - 1, len(turns)))
                turn = _looped(turn, _way(turn, self._strip(turns[1])) or ())
            # What does not last is another buffer each time, which may lie elsewhere.
            passing = {b: min(*sizes, 0) - 1 - i for i, b in enumerate(self._between) if b not in self._lasting}
            sizes |= {new: size for b, new in passing.items() if (size := self._size(b, turns))}
            steps += (_renamed(step, passing) for step in turn)
        layers = len(self._layers)
        program = Program((*steps, *whole.steps[layers:]), sizes, whole.input, whole.output, tuple(loops))
        extra = _macs(program) - _macs(whole)
        strips = Strips(layers, self._layers[-1].step.name, self.count, self._rows, extra, self.moved)
        return replace(program, strips=strips, leads={(self._source, self._result): self._lead()})

    def _alike(self) -> Iterator[range]:
        """Strips in order, those together that can be turns of a loop."""
        ways = [_way(*turns) for turns in pairwise(self._strip(strip) for strip in range(self.count))]
        start = 0
        while start < self.count:
            end = start + 1
            while end < self.count and ways[end - 1] is not None and ways[end - 1] == ways[start]:
                end += 1
            # Of two, the second may rather belong to those after it.
            if end == start + 2 and end < self.count and ways[end - 1] is not None:
                end -= 1
            yield range(start, end)
            start = end

    def _strip(self, strip: int) -> list[Step]:
        """The steps of one strip."""
        steps: list[Step] = []
        for layer in self._layers:
            start, end = (made[layer.target] for made in self._made[strip : strip + 2])
            steps += self._slide(layer, strip)
            if start < end:
                rows = {b: layer.reach.first(start) for b in layer.sources} | {layer.target: start}
                first = {b: self._place(b, row, strip) for b, row in rows.items()}
                steps.append(_placed(layer.strip(start, end), first))
        return steps

    def _slide(self, layer: _Layer, strip: int) -> Iterator[Step]:
        """What brings the rows of a layer's result that are still read to the start of their buffer."""
        buffer = layer.target
        if buffer in self._lasting and (size := self._moved(buffer, strip)):
            first = self._place(buffer, self._unread[strip][buffer], strip - 1)
            rows = (1, self._left(buffer, strip), *layer.step.output_shape[2:])
            yield Step(layer.step.name, rows, 0, Slide(size, Source(buffer, first=first), Target(buffer)))

    def _place(self, buffer: int, row: int, strip: int) -> int:
        """At which byte of its buffer a row begins."""
        return (row - self._origin[strip].get(buffer, 0)) * self._row[buffer]


def _macs(program: Program) -> int:
    return sum(step.macs * program.turns(index) for index, step in enumerate(program.steps))


def _way(turn: Sequence[Step], then: Sequence[Step]) -> list[int] | None:
    """How much farther on another turn has each pointer, if it is the same but for this."""
    if [_form(step) for step in turn] != [_form(step) for step in then]:
        return None
    return [b - a for a, b in zip(_firsts(turn), _firsts(then), strict=True)]


def _form(step: Step) -> list[Any]:
    """A step as it is wherever its rows begin."""
    call = _changed(step, lambda b: replace(b, first=0)).call
    return [type(call), *(getattr(call, field.name) for field in fields(call))]


def _firsts(turn: Sequence[Step]) -> list[int]:
    return [b.first for step in turn for b in step.call.buffers() if isinstance(b, Source | Target)]


def _placed(step: Step, first: Mapping[int, int]) -> Step:
    """A step with each buffer's first byte."""
    return _changed(step, lambda b: replace(b, first=first[b.buffer]))


def _renamed(step: Step, names: Mapping[int, int]) -> Step:
    """A step with other buffers."""
    return _changed(step, lambda b: replace(b, buffer=names.get(b.buffer, b.buffer)))


def _looped(turn: Sequence[Step], way: Sequence[int]) -> list[Step]:
    """The steps of a loop whose pointers go on from its first turn in a way."""
    advances = iter(way)
    return [_changed(step, lambda b: replace(b, advance=next(advances))) for step in turn]


def _changed(step: Step, change: Callable[[Any], Source | Target]) -> Step:
    """A step with other pointers to what it reads and writes, in order."""
    pointers = {f.name: getattr(step.call, f.name) for f in fields(step.call)}
    changed = {name: change(b) for name, b in pointers.items() if isinstance(b, Source | Target)}
    return replace(step, call=replace(step.call, **changed))


def share_constants(program: Program) -> Program:
    """The program in which equal constants are one, as those of a layer's strips mostly are."""
    known: dict[tuple[Any, ...], Constant] = {}

    def shared(value: Any) -> Any:
        if isinstance(value, ChannelScales):
            return ChannelScales(shared(value.multiplier), shared(value.shift))
        if not isinstance(value, Constant):
            return value
        return known.setdefault((value.note, value.data.dtype, value.data.shape, value.data.tobytes()), value)

    steps = []
    for step in program.steps:
        values = {f.name: shared(getattr(step.call, f.name)) for f in fields(step.call)}
        steps.append(replace(step, call=replace(step.call, **values)))
    return replace(program, steps=tuple(steps))
