"""The arena over time: which buffer lies where during which layer, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sensorsmith.compiler import BufferReport

_WIDEST = 48  # columns of the chart
_LONGEST = 24  # characters of a name


def short_name(name: str) -> str:
    """A tensor's name as far as it tells: of `net/conv2d/Relu;net/bias` the `conv2d/Relu`."""
    plain = "".join(c if c.isprintable() else "?" for c in name.split(";")[0])
    short = "/".join(plain.split("/")[-2:])
    return short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"


def bytes_in_use(buffers: Sequence[BufferReport], step: int) -> int:
    """Bytes that hold something during a layer; those that two buffers share count once."""
    end = used = 0
    for start, stop in sorted((b.offset, b.offset + b.size) for b in buffers if b.first <= step <= b.last):
        used += max(0, stop - max(start, end))
        end = max(end, stop)
    return used


def fullest(buffers: Sequence[BufferReport], layers: int) -> tuple[int, int]:
    """The first layer during which most bytes are in use, and how many."""
    used = [bytes_in_use(buffers, step) for step in range(layers)]
    return used.index(max(used)), max(used)


def life_chart(buffers: Sequence[BufferReport], layers: int) -> Iterator[str]:
    """A line for each buffer: its name, its bytes, where they lie, and a column for each layer, marked while it lives.

    Many layers share a column. The first column is before the first layer, the last after the last.
    """
    steps = layers + 2
    columns = min(steps, _WIDEST)
    rows = [(short_name(b.name), f"{b.size:,}", f"{b.offset:,}", _bar(b, steps, columns)) for b in buffers]
    names, sizes, offsets = (max(len(row[i]) for row in rows) for i in range(3))
    for name, size, offset, bar in rows:
        yield f"{name:<{names}}  {size:>{sizes}} B at {offset:>{offsets}}  {bar}"


def _bar(buffer: BufferReport, steps: int, columns: int) -> str:
    alive = {(step + 1) * columns // steps for step in range(buffer.first, buffer.last + 1)}
    return "".join("#" if column in alive else "." for column in range(columns))
