"""Checks of what a window tells: result, sequence, events and counters."""

from __future__ import annotations

from itertools import pairwise

from sensorsmith.interface import NONE, Command, Result, Status, block, register
from sensorsmith.proofs.conformance.check import Section
from sensorsmith.proofs.conformance.host import Host, need

SECTION = Section()
_WINDOWS = 24
_RESULT = block("RESULT")
_LAST_EVENT = 15


def _series(host: Host, count: int = _WINDOWS) -> list[Result]:
    """The results of windows one after the other, of a sensor that names the largest class."""
    host.plain()
    host.first()
    found = [host.result()]
    for _ in range(count - 1):
        host.more()
        found.append(host.result())
    return found


@SECTION.check("before the first window there is no result, and STATUS says why")
def warming_up(host: Host) -> None:
    found = host.result()
    need(found.status == Status.WARMING_UP, f"STATUS is {found.status!r} before the first sample")
    host.board.feed(host.samples(host.stream.window - 1))
    found = host.result()
    need(found.sequence == 0 and found.class_index is None, "there is a result before the first window is complete")


@SECTION.check("each window gives one result: SEQ counts them, TIME_MS goes on by the same step")
def sequence(host: Host) -> None:
    found = _series(host)
    numbers = [r.sequence for r in found]
    need(numbers == list(range(1, _WINDOWS + 1)), f"SEQ goes {', '.join(map(str, numbers[:4]))} ...")
    steps = [round(1000 * (b.time - a.time)) for a, b in pairwise(found)]
    need(min(steps) > 0 and max(steps) - min(steps) <= 1, f"TIME_MS goes on by {min(steps)} to {max(steps)} ms")


@SECTION.check("CLASS is one of N_CLASS or 255, CONF has no bits beyond CONF_BITS, COUNT is 255")
def class_and_confidence(host: Host) -> None:
    classes, bits = host.value("N_CLASS"), host.value("CONF_BITS")
    for found in _series(host):
        need(found.class_index is not None and found.class_index < classes, f"CLASS is {found.class_index}")
        confidence = round(found.confidence * 256)
        need(not confidence & (0xFF >> bits), f"CONF is 0x{confidence:02X}, which has more than {bits} bits")
        need(found.count is None, f"COUNT is {found.count} although nothing is counted")


@SECTION.check("NEW is set until STATUS of the result has been read, by whichever way")
def new(host: Host) -> None:
    host.plain()
    host.first()
    host.board.read(register("CLASS").address, 1)
    need(Status.NEW in host.result().status, "NEW is not set although only CLASS was read")
    need(Status.NEW not in host.result().status, "NEW is set when the same result is read again")
    host.more()
    need(bool(host.value("STATUS") & Status.NEW), "NEW is not set for a new result")
    need(not host.value("STATUS") & Status.NEW, "NEW is set when STATUS is read again")


@SECTION.check("EVENTS keeps each class that was reported, until CLEAR")
def sticky_events(host: Host) -> None:
    expected = 0
    for found in _series(host):
        if found.class_index is not None:
            expected |= 1 << min(found.class_index, _LAST_EVENT)
        need(found.events == expected, f"EVENTS is 0x{found.events:04X}, not 0x{expected:04X}")
    host.command(Command.CLEAR)
    host.expect("EVENTS", 0, "after CLEAR")


@SECTION.check("TALLIES counts how often each class began to be reported, until CLEAR")
def tallies(host: Host) -> None:
    classes = [NONE if r.class_index is None else r.class_index for r in _series(host)]
    size = register("TALLIES").size
    expected = [0] * size
    for before, now in pairwise([NONE, *classes]):
        if now not in (before, NONE):
            expected[min(now, size - 1)] += 1
    found = list(host.checked("TALLY")[:size])
    need(found == expected, f"TALLIES is {found}, not {expected}")
    host.command(Command.CLEAR)
    need(not any(host.checked("TALLY")[:size]), "TALLIES is not zero after CLEAR")


@SECTION.check("below THRESH no class is named, and STATUS says so")
def threshold(host: Host) -> None:
    host.plain(THRESH=255)
    host.first()
    found, bits = host.result(), host.value("CONF_BITS")
    if bits == 8 and found.class_index is not None:
        return  # a confidence of 255 passes a threshold of 255
    need(found.class_index is None and found.confidence == 0, f"CLASS is {found.class_index} below THRESH")
    need(Status.ABSTAIN in found.status and Status.VALID not in found.status, f"STATUS is {found.status!r}")
    need(found.events == 0, "EVENTS has a class that was never reported")


@SECTION.check("with DEBOUNCE n no class is reported before n windows")
def debounce(host: Host) -> None:
    host.plain(DEBOUNCE=3)
    host.first(2)
    found = host.result()
    need(found.sequence == 2 and found.class_index is None, f"CLASS is {found.class_index} after 2 windows of 3")


@SECTION.check("with RATE n there is one result for n windows")
def rate(host: Host) -> None:
    host.plain(RATE=3)
    host.first(2)
    need(host.result().sequence == 0, "there is a result before the third window")
    host.more(4)
    need(host.result().sequence == 2, f"SEQ is {host.result().sequence} after six windows with RATE 3")


@SECTION.check("a plain read, without a register, gives block RESULT")
def plain_read(host: Host) -> None:
    host.plain()
    host.first()
    whole = host.block("RESULT")
    need(whole[0] & Status.VALID != 0, "there is no result")
    whole = host.block("RESULT")  # NEW is gone by now
    need(host.board.read(None, _RESULT.size) == whole, "a plain read gives something else")
