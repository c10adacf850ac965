"""The firmware as a whole, on an emulated processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from tests import tiny

from sensorsmith.base.errors import DataError, EmulatorError
from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, open_board
from sensorsmith.firmware import build, read_elf
from sensorsmith.firmware.port import BASE, BYTES, Phase
from sensorsmith.interface import BLOCKS, Result, Status, crc8, decode_identity, decode_result
from sensorsmith.spec.types import Sensor

pytest.importorskip("unicorn")

BOARD = load_board("nucleo-l4r5zi")
SHAPE = (8, 2)

Windows = npt.NDArray[np.int16]
Open = Callable[[dict[str, tuple[str, str]]], CortexM]


@pytest.fixture
def board(tiny_elf: bytes) -> Iterator[CortexM]:
    with open_board(BOARD, tiny_elf, SHAPE) as opened:
        yield opened


@pytest.fixture
def changed(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> Iterator[Open]:
    """Opens a board on which pieces of tiny's sources are replaced; runs are ended after 2 s."""
    opened = []

    def start(changes: dict[str, tuple[str, str]]) -> CortexM:
        texts = {name: tiny_sources[name].replace(*words) for name, words in changes.items()}
        assert all(texts[name] != tiny_sources[name] for name in texts)
        image = build(tiny_sensor, BOARD, tiny_sources | texts, tiny.FACTS)
        opened.append(open_board(BOARD, image.elf, SHAPE, limit=2.0))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def _windows(n: int, seed: int = 0) -> Windows:
    return np.random.default_rng(seed).integers(-32768, 32768, (n, *SHAPE)).astype(np.int16)


def _tiny(windows: Windows) -> tuple[list[int], list[float]]:
    """Class and confidence of each window."""
    scores = tiny.scores(tiny.features(windows)).astype(np.int64)
    return scores.argmax(1).tolist(), (((scores.max(1) + 128) & 0xF0) / 256).tolist()


def test_identity(board: CortexM) -> None:
    identity = decode_identity(board.read(0x00, 16))
    assert (identity.vendor, identity.product, identity.classes, identity.confidence_bits) == (0x1234, 0x0203, 3, 4)


def test_before_the_first_window(board: CortexM) -> None:
    result = decode_result(board.read(None, 16))
    assert result == Result(Status.WARMING_UP, None, 0.0, None, 0, 0.0, 0, 0.1)


def test_every_address_reads_as_the_map_says(board: CortexM, tiny_elf: bytes) -> None:
    board.feed(_windows(1)[0])
    everything = board.read(0x00, 256)
    decode_identity(everything[:16])
    assert decode_result(everything[0x10:0x20]).sequence == 1
    for b in (b for b in BLOCKS if b.crc):
        assert crc8(everything[b.start : b.start + b.size]) == 0, b.name
    assert everything[0x38:0x40] == b"\xff" * 8
    assert everything[0x40:0x60] == bytes(range(32))
    slot = read_elf(tiny_elf).symbol("ss_build_id").address
    at = read_elf(tiny_elf).offset_in_file(slot)
    assert everything[0x60:0x80] == tiny_elf[at : at + 32]
    assert everything[0xC0:0xC2] == bytes([crc8(everything[0x40:0x60]), crc8(everything[0x60:0x80])])
    assert everything[0xC3:] == b"\xff" * 61
    without_result = [a for a in range(256) if not 0x10 <= a < 0x20]
    assert bytes(board.read(a, 1)[0] for a in without_result) == bytes(everything[a] for a in without_result)


def test_classes_and_confidences_are_those_of_the_model(board: CortexM) -> None:
    windows = _windows(100)
    results = board.classify(windows)
    assert ([r.class_index for r in results], [r.confidence for r in results]) == _tiny(windows)
    assert set(_tiny(windows)[0]) == {0, 1, 2}


def test_each_window_meets_a_sensor_that_was_reset(board: CortexM) -> None:
    windows = _windows(20)
    results = board.classify(windows)
    assert {(r.sequence, r.time) for r in results} == {(1, 0.16)}
    assert board.classify(windows[::-1]) == results[::-1]


def test_progress(board: CortexM) -> None:
    seen: list[tuple[int, int]] = []
    board.classify(_windows(20), lambda done, of: seen.append((done, of)))
    assert seen[-1] == (20, 20) and all(a[0] < b[0] for a, b in pairwise(seen))


def test_a_stream_gives_a_result_each_hop(board: CortexM) -> None:
    stream = _windows(4).reshape(32, 2)
    results = []
    for start in range(32):
        board.feed(stream[start : start + 1])
        results.append(decode_result(board.read(None, 16)))
    fresh = [r for r in results if Status.NEW in r.status]
    assert [r.sequence for r in fresh] == [1, 2, 3, 4, 5, 6, 7]
    assert [r.time for r in fresh] == [0.16, 0.24, 0.32, 0.40, 0.48, 0.56, 0.64]
    overlapping = np.stack([stream[at : at + 8] for at in range(0, 28, 4)])
    assert [r.class_index for r in fresh] == _tiny(overlapping)[0]
    classes = _tiny(overlapping)[0]
    assert fresh[-1].events == sum(1 << c for c in set(classes))


def test_a_stream_in_one_piece_gives_the_same(board: CortexM) -> None:
    stream = _windows(4).reshape(32, 2)
    for sample in stream:
        board.feed(sample[None])
    one_by_one = board.read(0x00, 256)
    board.reset()
    board.feed(stream)
    assert board.read(0x00, 256) == one_by_one


def test_a_stream_longer_than_the_port(board: CortexM) -> None:
    stream = np.resize(_windows(4).reshape(32, 2), (40_000, 2))
    board.feed(stream)
    result = decode_result(board.read(None, 16))
    assert (result.sequence, result.time) == (9_999, 800.0)


def test_time_does_not_drift_at_a_rate_with_a_fraction(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    """104.167 Hz: no window ends at a whole millisecond."""
    rate = 104.167
    sensor = tiny_sensor.model_copy(update={"transducer": tiny_sensor.transducer.model_copy(update={"rate": rate})})
    image = build(sensor, BOARD, tiny_sources, tiny.FACTS)
    with open_board(BOARD, image.elf, SHAPE) as board:
        for windows in range(1, 1501, 100):
            board.feed(np.zeros((8 if windows == 1 else 400, 2), np.int16))
            samples = 8 + 4 * (windows - 1)
            assert decode_result(board.read(None, 16)).time == int(samples * 1000 / rate) / 1000


def test_reset(board: CortexM) -> None:
    before = board.read(0x00, 256)
    board.reset()
    board.feed(_windows(1)[0])
    assert board.read(0x00, 256) != before
    board.reset()
    assert board.read(0x00, 256) == before


def test_a_read_sees_one_result_although_a_window_is_published_in_the_middle(board: CortexM) -> None:
    stream = _windows(2).reshape(16, 2)
    board.feed(stream[:8])
    first = board.read(None, 16)
    board.bus(Phase.START_READ)
    old = board.bus(Phase.READ, length=2)
    board.feed(stream[8:])
    old += board.bus(Phase.READ, length=14)
    board.bus(Phase.STOP)
    assert decode_result(old).sequence == decode_result(first).sequence == 1
    assert decode_result(board.read(None, 16)).sequence == 3


def _read_in_the_middle(board: CortexM) -> bytes:
    """A read of the result by interrupts, wherever the processor is."""
    ops = [*board._phase(Phase.START_READ), *board._phase(Phase.READ, length=16)]
    *_, data = board.do([*ops, ("read", BASE + BYTES, 16)], "interrupting")
    return bytes(data)


def test_an_interrupt_anywhere_in_publishing_sees_one_whole_result(board: CortexM, tiny_elf: bytes) -> None:
    """The bus is served between each two instructions, or right after, where the sensor holds it."""
    elf = read_elf(tiny_elf)
    idle = elf.symbol("ss_idle").address
    stream = _windows(1, seed=5)[0]
    board.feed(np.concatenate([stream, stream[:4]]))
    finished = decode_result(board.read(None, 16))
    assert finished.sequence == 2

    seen: list[int] = []
    for name in ("ss_result", "ss_publish"):
        function = elf.symbol(name)
        for address in range(function.address, function.address + function.size, 2):
            board.reset()
            board.feed(stream)
            board.do([*board._give(stream[:4]), ("wake",)], "giving samples")
            try:
                board.do([("run", address)], "publishing")
            except EmulatorError as error:  # the second half of an instruction, or a constant
                assert "the core sleeps" in str(error)
                continue
            result = decode_result(_read_in_the_middle(board))  # checks the CRC
            assert (result.sequence, result.time) in [(1, 0.16), (2, 0.24)]
            seen.append(result.sequence)
            board.do([("run", idle)], "finishing")
            board.bus(Phase.STOP)
            assert decode_result(board.read(None, 16)).class_index == finished.class_index
    assert len(seen) > 40 and set(seen) == {1, 2}


def test_an_interrupt_among_conditional_instructions(changed: Open) -> None:
    """The handler is not conditional, and what was interrupted still is: neither addition happens."""
    probe = """
__attribute__((naked, noinline)) int probe(void);
int probe(void) { __asm__ volatile("movs r0, #7\\ncmp r0, r0\\nitt ne\\naddne r0, #1\\naddne r0, #2\\nbx lr"); }
static volatile int found;
int tiny_run(void)
{
    found = probe();
"""
    board = changed({"tiny.c": ("int tiny_run(void)\n{\n", probe)})
    elf = board._program
    inside, idle = elf.symbol("probe").address + 8, elf.symbol("ss_idle").address
    board.do([*board._begin(_windows(1)[0]), ("run", inside)], "running")
    assert decode_result(_read_in_the_middle(board)).status == Status.WARMING_UP
    *_, found = board.do([("run", idle), ("read", elf.symbol("found").address, 4)], "finishing")
    assert found == (7).to_bytes(4, "little")


def test_the_count_of_a_loop_is_exact(changed: Open) -> None:
    """1 + 200 + 1 + 1 instructions, one of them 32 bits long; the second function begins with its loop."""
    probes = """
__attribute__((naked, noinline)) void probe(void);
void probe(void) { __asm__ volatile("movs r0, #100\\n1: subs r0, #1\\nbne 1b\\nmovw r1, #0x1234\\nbx lr"); }
__attribute__((naked, noinline)) void loop(int n);
void loop(int n) { __asm__ volatile("1: subs r0, #1\\nbne 1b\\nbx lr"); }
int tiny_run(void)
{
    probe();
    loop(50);
    probe();
"""
    board = changed({"tiny.c": ("int tiny_run(void)\n{\n", probes)})
    counts = board.profile(_windows(1)[0])
    assert counts["probe"] == 2 * 203
    assert counts["loop"] == 101
    assert counts["tiny_run"] > counts["probe"] + counts["loop"]


def test_a_function_includes_those_it_calls(board: CortexM) -> None:
    counts = board.profile(_windows(1)[0])
    assert counts["ss_window"] > counts["tiny_features"] + counts["tiny_run"] + counts["ss_result"]
    assert counts["ss_result"] > counts["ss_publish"] > 0


def test_counts_depend_neither_on_the_input_nor_on_the_run(board: CortexM) -> None:
    windows = [*_windows(3), np.full(SHAPE, 32767, np.int16), np.full(SHAPE, -32768, np.int16)]
    counts = [board.profile(window) for window in (*windows, windows[0])]
    assert all(count == counts[0] for count in counts)


def test_work_is_counted_over_several_operations_and_in_interrupts(board: CortexM) -> None:
    def counted() -> dict[int, int]:
        board.do([("begin_count",)], "counting")
        board.read(0x10, 16)
        (found,) = board.do([("end_count",)], "counting")
        return {address: executed for address, executed, _ in found}

    first = counted()
    latch = board._program.symbol("latch")
    assert first[latch.address] == 1 and first == counted()
    board.do([("begin_count",)], "counting")
    (nothing,) = board.do([("end_count",)], "counting")
    assert nothing == []


def test_steps_are_exact_in_code_that_has_run_before(board: CortexM) -> None:
    """And a run behind them stops where it should."""

    ram = ("read", BOARD.ram.start, BOARD.ram.size)

    def memory(steps: list[int]) -> bytes:
        *_, found = board.do([*board._begin(window), *(("step", count) for count in steps), ram], "stepping")
        board.do([("run", board._idle)], "finishing")
        return bytes(found)

    (window,) = _windows(1)
    board.classify(window[None])
    expected = memory([1] * 300)
    assert memory([300]) == memory([100, 200]) == expected != memory([400])
    assert decode_result(board.read(None, 16)).sequence == 1


def test_counting_leaves_no_trace(board: CortexM) -> None:
    windows = _windows(9)
    before = board.classify(windows)
    board.profile(windows[0])
    assert board.classify(windows) == before


def test_memory_is_observed_where_a_function_begins(board: CortexM) -> None:
    """Features lie at the start of tiny's arena when the model runs, scores behind them when it has run."""
    (window,) = _windows(1)
    features, scores, before = board.observe(
        window, [("tiny_run", "arena", 0, 16), ("ss_result", "arena", 16, 3), ("ss_publish", "window", 0, 32)]
    )
    assert np.array_equal(np.frombuffer(features, np.int8), (window >> 8).ravel())
    assert [int(np.argmax(np.frombuffer(scores, np.int8)))] == _tiny(window[None])[0]
    assert before == window.astype("<i2").tobytes()
    assert [decode_result(board.read(None, 16)).class_index] == _tiny(window[None])[0]


def test_a_function_that_is_never_met(board: CortexM) -> None:
    message = r"^nucleo-l4r5zi: the firmware stopped at 0x[0-9A-F]{8} in ss_idle\+2 while observing a window: the core "
    with pytest.raises(EmulatorError, match=message):
        board.observe(_windows(1)[0], [("ss_bus_read", "arena", 0, 16)])


def test_the_stack_that_is_used(board: CortexM, changed: Open) -> None:
    board.classify(_windows(1))
    used = board.stack_used()
    assert 16 <= used < 512
    hungry = changed(
        {"tiny.c": ("return 0;", "volatile uint8_t b[1000]; for (int i = 0; i < 1000; i++) b[i] = 1; return b[0];")}
    )
    hungry.classify(_windows(1))
    assert 1000 <= hungry.stack_used() <= 1000 + used
    hungry.reset()
    assert hungry.stack_used() < 512


def test_the_emulator_is_named(board: CortexM) -> None:
    name, version = board.emulator
    assert name == "unicorn" and version[0].isdigit()


def test_every_board_runs(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    other = load_board("nano33ble-sense")
    image = build(tiny_sensor, other, tiny_sources, tiny.FACTS)
    windows = _windows(10)
    with open_board(other, image.elf, SHAPE) as board:
        assert [r.class_index for r in board.classify(windows)] == _tiny(windows)[0]


@pytest.mark.parametrize(
    "windows",
    [np.zeros((1, 8, 3), np.int16), np.zeros((8, 2), np.int16), np.zeros((0, 8, 2), np.int16), np.zeros((1, 8, 2))],
)
def test_windows_of_another_shape_or_type(windows: Windows, board: CortexM) -> None:
    with pytest.raises(DataError, match=r"^windows are (int16|float64)\(.*\), not int16 \(N, 8, 2\)$"):
        board.classify(windows)


def test_samples_of_another_shape_or_type(board: CortexM) -> None:
    with pytest.raises(DataError, match=r"^samples are int16\(4, 3\), not int16 \(n, 2\)$"):
        board.feed(np.zeros((4, 3), np.int16))
    with pytest.raises(DataError, match=r"^samples are float64\(4, 2\), not int16 \(n, 2\)$"):
        board.feed(np.zeros((4, 2)))  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"^a window has the shape \(8, 2\), not \(7, 2\)$"):
        board.profile(np.zeros((7, 2), np.int16))


def test_an_image_that_is_none() -> None:
    with pytest.raises(DataError, match=r"^this is not a 32-bit little-endian ELF file; "):
        open_board(BOARD, b"nothing", SHAPE)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ('__asm__ volatile("udf #0");', r"Invalid instruction \(UC_ERR_INSN_INVALID\)"),
        ("*(volatile int *)0x60000000 = 1;", r"Invalid memory write \(UC_ERR_WRITE_UNMAPPED\)"),
        ("*(volatile int *)0x08000000 = 1;", r"Write to write-protected memory \(UC_ERR_WRITE_PROT\)"),
        ('__asm__ volatile("wfi");', "the core sleeps"),
    ],
)
def test_firmware_that_stops_is_placed(statement: str, reason: str, changed: Open) -> None:
    board = changed({"tiny.c": ("return 0;", f"{statement} return 0;")})
    message = (
        r"^nucleo-l4r5zi: the firmware stopped at 0x0800[0-9A-F]{4} in tiny_run\+\d+ "
        rf"while classifying windows 0 to 0: {reason}$"
    )
    with pytest.raises(EmulatorError, match=message):
        board.classify(_windows(1))
    board.reset()
    assert decode_result(board.read(None, 16)).sequence == 0


def test_firmware_without_a_result(changed: Open) -> None:
    board = changed({"tiny_features.h": ("WINDOW_SAMPLES 8", "WINDOW_SAMPLES 9")})
    with pytest.raises(EmulatorError, match=r"^nucleo-l4r5zi: the board gave no result for window 0$"):
        board.classify(_windows(1))
