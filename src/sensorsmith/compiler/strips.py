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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, ClassVar

from sensorsmith.compiler.lower import add, conv, conv_s16, lookup, pool, pool_s16
from sensorsmith.compiler.memory import padded, saving
from sensorsmith.compiler.report import Strips
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Loop, Program, Source, Step, Target, with_buffers

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
    """Which rows of its sources, `height` in all, a layer reads; rows above and below the image count too."""

    height: int
    stride: int = 1
    pad: int = 0
    window: int = 1

    def first(self, row: int) -> int:
        """The first one that result row `row` reads."""
        return row * self.stride - self.pad

    def end(self, rows: int) -> int:
        """The one after the last that the first `rows` rows of the result read."""
        return (rows - 1) * self.stride - self.pad + self.window

    def inside(self, start: int, end: int) -> range:
        """Those within the image that result rows `start` to `end` read."""
        return range(max(self.first(start), 0), min(self.end(end), self.height))


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
                window=replace(call.window, pad_h=max(-self.reach.first(start), 0)),
                input_dims=replace(call.input_dims, h=len(self.reach.inside(start, end))),
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
        if layer is None or layer.target in program.states:
            return
        if any(height.setdefault(b, layer.reach.height) != layer.reach.height for b in layer.sources):
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
        layers: how many there are.
        count: of strips.
        moved: bytes of rows that slide, in all of them.
        bound: bytes that the stage needs at least.
    """

    def __init__(self, program: Program, layers: tuple[_Layer, ...], rows: int) -> None:
        self._program, self._layers, self._rows = program, layers, rows
        self._source, self._result = program.input, layers[-1].target
        self._between = [layer.target for layer in layers[:-1]]
        self._height = {b: layer.reach.height for layer in layers for b in layer.sources}
        self._height[self._result] = layers[-1].height
        self._row = {b: program.sizes[b] // height for b, height in self._height.items()}
        self.layers, self.count = len(layers), -(-layers[-1].height // rows)
        # Before each turn, and after the last, of each tensor: the rows that are made; the first one still to be read,
        # which is at the start of its buffer.
        reached = self._reached()
        self._made = [{b: min(max(row, 0), self._height[b]) for b, row in each.items()} for each in reached]
        self._unread = [self._unread_after(*each) for each in zip(reached, self._made, strict=True)]
        self._turns = range(len(reached) - 1)
        self._lasting = {b for b in self._between if any(self._left(b, turn) for turn in self._turns)}
        self.moved = sum(self._moved(b, turn) for b in self._lasting for turn in self._turns)
        self.bound = self._least()

    def _reached(self) -> list[Rows]:
        """The rows that the rows of the result need of each tensor, turn by turn, from before any is made.

        Below 0 and beyond its height it goes on at the same pace. So the first rows of the stage's inner tensors are
        made a few at a time too, in turns before that of the result's first ones.
        """
        height = self._height[self._result]
        reached = [self._needed(min(end, height)) for end in range(0, height + self._rows, self._rows)]
        while any(reached[0][layer.target] > 0 for layer in self._layers):
            reached.insert(0, self._needed(reached[0][self._result] - self._rows))
        return reached

    def _needed(self, rows: int) -> Rows:
        """The rows that so many rows of the result need of each tensor, from its first one on."""
        needed = {self._result: rows}
        for layer in reversed(self._layers):
            for source in layer.sources:
                rows = layer.reach.end(needed[layer.target])
                needed[source] = max(needed.get(source, rows), rows)
        return needed

    def _unread_after(self, reached: Rows, made: Rows) -> Rows:
        """Of each tensor, the first row that its layers are still to read; if none, the next one to be made."""
        unread = dict(made)
        for layer in self._layers:
            if made[layer.target] < self._made[-1][layer.target]:
                for source in layer.sources:
                    unread[source] = min(unread[source], layer.reach.first(reached[layer.target]))
        return unread

    def _left(self, buffer: int, turn: int) -> int:
        """Rows of earlier turns that this one or a later one reads, with those above the image."""
        return self._made[turn][buffer] - self._unread[turn][buffer] if self._made[turn][buffer] > 0 else 0

    def _moved(self, buffer: int, turn: int) -> int:
        """Bytes that slide to the start of their buffer before a turn."""
        slides = turn > 0 and self._unread[turn][buffer] > self._unread[turn - 1][buffer]
        return self._left(buffer, turn) * self._row[buffer] if slides else 0

    def _size(self, buffer: int, turns: range) -> int:
        """Bytes of a tensor between layers that are in memory at once."""
        ends = (self._made[turn + 1][buffer] for turn in turns)
        rows = (end - self._unread[turn][buffer] for turn, end in zip(turns, ends, strict=True) if end > 0)
        return max(rows, default=0) * self._row[buffer]

    def _lead(self) -> int:
        """By how much the source has to begin after the result: what is written then is behind what is to be read."""
        # All layers but the last have read their rows before it writes.
        then = 0 if self._source in self._layers[-1].sources else 1
        ends = [made[self._result] * self._row[self._result] for made in self._made[1:]]
        starts = [unread[self._source] * self._row[self._source] for unread in self._unread[then:-1]]
        return max(0, *(end - max(start, 0) for end, start in zip(ends, starts, strict=False)))

    def _least(self) -> int:
        """The source, the result and what stays from strip to strip are in memory all the time."""
        source, result = (self._program.sizes[b] for b in (self._source, self._result))
        lasting = sum(padded(self._size(b, self._turns)) for b in self._lasting)
        return padded(source) + padded(result) - saving(source, result, self._lead()) + lasting

    def program(self) -> Program:
        """The program with its first layers in strips."""
        whole = self._program
        steps: list[Step] = []
        sizes = {b: size for b, size in whole.sizes.items() if b not in self._between}
        sizes |= {b: self._size(b, self._turns) for b in self._lasting}
        loops = []
        for turns in self._alike():
            turn = self._turn(turns[0])
            if len(turns) > 1:
                loops.append(Loop(len(steps), len(steps) + len(turn) - 1, len(turns)))
                turn = _looped(turn, _way(turn, self._turn(turns[1])) or ())
            # What does not last is another buffer each time, which may lie elsewhere.
            passing = {b: min(*sizes, 0) - 1 - i for i, b in enumerate(self._between) if b not in self._lasting}
            sizes |= {new: size for b, new in passing.items() if (size := self._size(b, turns))}
            steps += (_renamed(step, passing) for step in turn)
        steps += whole.steps[self.layers :]
        program = replace(whole, steps=tuple(steps), sizes=sizes, loops=tuple(loops))
        strips = Strips(
            layers=self.layers,
            last=self._layers[-1].step.name,
            count=self.count,
            rows=self._rows,
            extra_macs=_macs(program) - _macs(whole),
            moved_bytes=self.moved,
            turns=tuple(program.turns(index) for index in range(len(program.steps))),
        )
        return replace(program, strips=strips, leads={(self._source, self._result): self._lead()})

    def _alike(self) -> Iterator[range]:
        """Turns in order, those together that can be of one loop."""
        ways = [_way(*each) for each in pairwise(self._turn(turn) for turn in self._turns)]
        start = 0
        while start < len(self._turns):
            end = start + 1
            while end < len(self._turns) and ways[end - 1] is not None and ways[end - 1] == ways[start]:
                end += 1
            # Of two, the second may rather belong to those after it.
            if end == start + 2 and end < len(self._turns) and ways[end - 1] is not None:
                end -= 1
            yield range(start, end)
            start = end

    def _turn(self, turn: int) -> list[Step]:
        """The steps of one turn."""
        steps: list[Step] = []
        for layer in self._layers:
            start, end = (made[layer.target] for made in self._made[turn : turn + 2])
            steps += self._slide(layer, turn)
            if start < end:
                rows = {b: layer.reach.inside(start, end).start for b in layer.sources} | {layer.target: start}
                steps.append(_placed(layer.strip(start, end), {b: self._place(b, rows[b], turn) for b in rows}))
        return steps

    def _slide(self, layer: _Layer, turn: int) -> Iterator[Step]:
        """What brings the rows of a layer's result that are still read to the start of their buffer."""
        buffer = layer.target
        if buffer in self._lasting and (size := self._moved(buffer, turn)):
            first = self._place(buffer, self._unread[turn][buffer], turn - 1)
            rows = (1, self._left(buffer, turn), *layer.step.output_shape[2:])
            yield Step(layer.step.name, rows, 0, Slide(size, Source(buffer, first=first), Target(buffer)))

    def _place(self, buffer: int, row: int, turn: int) -> int:
        """At which byte of its buffer a row begins."""
        origin = self._unread[turn][buffer] if buffer in self._between else 0
        return (row - origin) * self._row[buffer]


def _macs(program: Program) -> int:
    return sum(step.macs * program.turns(index) for index, step in enumerate(program.steps))


def _way(turn: Sequence[Step], then: Sequence[Step]) -> list[int] | None:
    """How much farther on another turn has each pointer, if it is the same but for this."""
    if [_form(step) for step in turn] != [_form(step) for step in then]:
        return None
    return [b - a for a, b in zip(_firsts(turn), _firsts(then), strict=True)]


def _form(step: Step) -> list[Any]:
    """A step as it is wherever its rows begin."""
    call = with_buffers(step, lambda b: replace(b, first=0)).call
    return [type(call), *(getattr(call, field.name) for field in fields(call))]


def _firsts(turn: Sequence[Step]) -> list[int]:
    return [b.first for step in turn for b in step.call.buffers() if isinstance(b, Source | Target)]


def _placed(step: Step, first: Mapping[int, int]) -> Step:
    """A step with each buffer's first byte."""
    return with_buffers(step, lambda b: replace(b, first=first[b.buffer]))


def _renamed(step: Step, names: Mapping[int, int]) -> Step:
    """A step with other buffers."""
    return with_buffers(step, lambda b: replace(b, buffer=names.get(b.buffer, b.buffer)))


def _looped(turn: Sequence[Step], way: Sequence[int]) -> list[Step]:
    """The steps of a loop whose pointers go on from its first turn in a way."""
    advances = iter(way)
    return [with_buffers(step, lambda b: replace(b, advance=next(advances))) for step in turn]


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
