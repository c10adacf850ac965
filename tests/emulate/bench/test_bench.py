"""What emulators report of models whose work is known, and what is said when one cannot run."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pytest
from tests.measure.handwritten import ECHO, INPUTS, LOOP, handwritten
from tests.measure.tools import require

from sensorsmith.base.errors import BoardError, DataError, EmulatorError, MissingTool
from sensorsmith.compiler import Emitted
from sensorsmith.emulate.bench import Counts, Emulator, Trace, emulators, run_bench
from sensorsmith.firmware import Bench, build_bench

BOTH = pytest.mark.parametrize("emulator", ["qemu", "unicorn"])


def _bench(emitted: Emitted, target: str = "cortex-m4") -> Bench:
    require({"wasm": "clang"}.get(target, "gcc"), target)
    return build_bench(emitted, target)


def _run(bench: Bench, emulator: Emulator, limit: float = 60.0) -> Trace:
    require(emulator, bench.target)
    return run_bench(bench, INPUTS, emulator, limit=limit)


def _function(bench: Bench, counts: Counts, name: str) -> int:
    return counts.functions[bench.program.symbol(name).address]


@BOTH
def test_a_loop_is_counted_exactly(emulator: Emulator) -> None:
    bench = _bench(handwritten(f"hand_loop();\nhand_loop();\n{ECHO}", LOOP))
    trace = _run(bench, emulator)
    at = bench.program.symbol("hand_loop").address
    np.testing.assert_array_equal(trace.outputs, INPUTS[:, :2])
    for counts in trace.counts:
        assert [counts.executed[at + 2 * i] for i in range(4)] == [2, 10, 10, 2]
        assert [counts.taken.get(at + 2 * i, 0) for i in range(4)] == [0, 0, 8, 2]
        assert _function(bench, counts, "hand_loop") == 24
        assert _function(bench, counts, "hand_infer") == counts.instructions == sum(counts.executed.values())
        assert counts.cycles is None


@BOTH
def test_a_function_entered_by_a_jump_counts_for_the_one_before(emulator: Emulator) -> None:
    following = "__attribute__((naked, noinline, used)) static int hand_next(void)\n"
    following += '{\n__asm__ volatile("nop\\nmovs r0, #0\\nbx lr");\n}\n'
    body = '__asm__ volatile("nop\\nb hand_next");'
    bench = _bench(handwritten(body, following, signature="__attribute__((naked))"))
    counts = _run(bench, emulator).counts[0]
    assert _function(bench, counts, "hand_next") == 3
    assert _function(bench, counts, "hand_infer") == counts.instructions == 5


@BOTH
def test_stack_is_measured_to_the_byte(emulator: Emulator) -> None:
    body = '__asm__ volatile("push {r4, lr}\\nsub sp, #92\\nstr r0, [sp]\\nadd sp, #92\\npop {r4, pc}");'
    naked = "__attribute__((naked))"
    assert _run(_bench(handwritten(body, signature=naked)), emulator).stack_bytes == 100
    assert _run(_bench(handwritten('__asm__ volatile("bx lr");', signature=naked)), emulator).stack_bytes == 0


@BOTH
def test_the_most_stack_of_any_inference_is_told(emulator: Emulator) -> None:
    deep = f"volatile int8_t room[400];\nif (input[0] == {INPUTS[0, 0]})\nroom[0] = 1;\n{ECHO}"
    assert 400 <= _run(_bench(handwritten(deep)), emulator).stack_bytes < 450


def test_without_counting_there_are_no_counts() -> None:
    require("unicorn", "cortex-m4")
    trace = run_bench(_bench(handwritten(ECHO)), INPUTS, "unicorn", count=False)
    assert trace.counts == ()
    np.testing.assert_array_equal(trace.outputs, INPUTS[:, :2])


def test_simavr_counts_instructions_and_cycles() -> None:
    loop = "__attribute__((naked, noinline)) static void hand_loop(void)\n"
    loop += '{\n__asm__ volatile("ldi r24, 5\\n1: dec r24\\nbrne 1b\\nret" ::: "r24");\n}\n'
    with_loop, without = (_bench(handwritten(body, loop), "avr") for body in (f"hand_loop();\n{ECHO}", ECHO))
    (counts, *_), (other, *_) = (_run(bench, "simavr").counts for bench in (with_loop, without))
    at = with_loop.program.symbol("hand_loop").address
    assert [counts.executed[at + 2 * i] for i in range(4)] == [1, 5, 5, 1]
    assert counts.taken[at + 4] == 4
    assert _function(with_loop, counts, "hand_loop") == 12
    assert counts.cycles is not None and other.cycles is not None and counts.cycles > counts.instructions
    assert _run(with_loop, "simavr").stack_bytes >= 4  # two return addresses


def test_wasmtime_counts_operators_and_the_stack_in_memory() -> None:
    body = f"volatile int8_t room[256];\nfor (int i = 0; i < 256; i++)\nroom[i] = 1;\n{ECHO}"
    deep, flat = (_run(_bench(handwritten(text), "wasm"), "wasmtime") for text in (body, ECHO))
    assert deep.stack_bytes == 256 and flat.stack_bytes == 0
    assert deep.counts[0].instructions > flat.counts[0].instructions > 0
    np.testing.assert_array_equal(deep.outputs, INPUTS[:, :2])


FAULT = '__asm__ volatile(".inst.n 0xDE00");\nreturn 0;'
NEVER = 'for (;;)\n__asm__ volatile("");'


def test_a_model_that_stops() -> None:
    bench = _bench(handwritten(FAULT))
    with pytest.raises(EmulatorError) as caught:
        _run(bench, "qemu")
    assert str(caught.value) == "the model stopped on qemu: it ran into a fault"
    with pytest.raises(EmulatorError, match=r"^the model stopped on unicorn at 0x[0-9A-F]{8}: .*\(UC_ERR_\w+\)$"):
        _run(bench, "unicorn")


def test_a_model_that_stops_as_webassembly() -> None:
    with pytest.raises(EmulatorError, match=r"^the model stopped on wasmtime: .*unreachable"):
        _run(_bench(handwritten("__builtin_trap();"), "wasm"), "wasmtime")


@pytest.mark.parametrize(
    ("emulator", "target", "message"),
    [
        ("qemu", "cortex-m4", "qemu did not finish within 1 s and was ended; give fewer inputs, or allow more time"),
        ("qemu", "riscv32", "qemu did not finish within 1 s and was ended; give fewer inputs, or allow more time"),
        (
            "unicorn",
            "cortex-m4",
            "the emulator did not finish the model within 1 s and was ended; "
            "see whether the firmware is stuck, or allow more time",
        ),
        ("simavr", "avr", "simavr did not finish within 1 s and was ended; give fewer inputs, or allow more time"),
        ("wasmtime", "wasm", "wasmtime did not finish within 1 s and was ended; give fewer inputs, or allow more time"),
    ],
)
def test_a_model_that_never_ends(emulator: Emulator, target: str, message: str) -> None:
    bench = _bench(handwritten(NEVER), target)
    with pytest.raises(EmulatorError) as caught:
        _run(bench, emulator, limit=1.0)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("emulator", "target", "message"),
    [
        (
            "qemu",
            "cortex-m4",
            "the emulator qemu-system-arm is not installed; install it (Debian: apt-get install qemu-system-arm)",
        ),
        (
            "qemu",
            "riscv32",
            "the emulator qemu-system-riscv32 is not installed; install it (Debian: apt-get install qemu-system-misc)",
        ),
        ("unicorn", "cortex-m4", 'the emulator unicorn is not installed; run: pip install "sensorsmith[emulate]"'),
        ("wasmtime", "wasm", 'the emulator wasmtime is not installed; run: pip install "sensorsmith[emulate]"'),
    ],
)
def test_an_emulator_that_is_not_installed(
    emulator: Emulator, target: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = _bench(handwritten(ECHO), target)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingTool) as caught:
        run_bench(bench, INPUTS, emulator)
    assert str(caught.value) == message


def test_unicorn_takes_the_place_of_qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    require("unicorn", "cortex-m4")
    bench = _bench(handwritten(ECHO))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert run_bench(bench, INPUTS).emulator[0] == "unicorn"


def test_which_emulators_run_a_target() -> None:
    assert [emulators(target) for target in ("cortex-m4", "cortex-m55", "avr", "wasm", "riscv32")] == [
        *(["qemu", "unicorn"], ["qemu"], ["simavr"], ["wasmtime"], ["qemu"])
    ]


def test_an_emulator_without_such_a_processor() -> None:
    with pytest.raises(BoardError) as caught:
        run_bench(_bench(handwritten(ECHO), "cortex-m55"), INPUTS, "unicorn")
    assert str(caught.value) == "unicorn does not emulate cortex-m55; use qemu"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (INPUTS.astype(np.int16), "the model takes int8 values of shape (N, 8), not int16 of (3, 8); quantize"),
        (INPUTS[:, :7], "the model takes int8 values of shape (N, 8), not int8 of (3, 7); quantize"),
        (INPUTS[:0], "the model takes int8 values of shape (N, 8), not int8 of (0, 8); quantize"),
        (
            np.zeros((2_000_000, 8), np.int8),
            "2000000 inputs do not fit into the memory of the bench; give at most 1677719 at a time",
        ),
    ],
)
def test_inputs_that_are_not_the_models(inputs: np.ndarray, message: str) -> None:
    with pytest.raises(DataError) as caught:
        run_bench(_bench(handwritten(ECHO)), inputs)
    assert str(caught.value).startswith(message)
