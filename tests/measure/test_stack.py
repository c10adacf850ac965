"""The bound of the stack against the painted stack, and what has no bound."""

from __future__ import annotations

import pytest
from tests.compiler.models import motion_net
from tests.compiler.variants.test_armv7em import CASES
from tests.graph.models import inputs_of, small_convnet
from tests.graph.shared import INT8, shared_model
from tests.measure.handwritten import ECHO, handwritten
from tests.measure.tools import require

from sensorsmith.base.errors import DataError
from sensorsmith.compiler import compile_graph
from sensorsmith.firmware import Compiler, build_bench
from sensorsmith.graph import Graph, read_tflite
from sensorsmith.measure import run_model, stack_bound

GRAPHS = {
    "motion": motion_net(),
    "operators": small_convnet(),
    "depthwise 3x3": CASES["depthwise 3x3"],
    "depthwise 5x4": CASES["depthwise 5x4"],
    "chain": CASES["chain"],
    "dense": CASES["dense, rest of rows 1"],
}


def _bound_and_painted(graph: Graph, target: str, compiler: Compiler) -> tuple[int, int]:
    emulator = "qemu" if target == "cortex-m55" else "unicorn"
    require(compiler, target)
    require(emulator, target)
    x = inputs_of(graph, 2)
    run = run_model(compile_graph(graph, "m", target), target, x, emulator=emulator, compiler=compiler, count=False)
    return stack_bound(run.bench.program, "m_infer"), run.ram_bytes.stack


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("target", ["cortex-m0plus", "cortex-m4", "cortex-m33", "cortex-m55"])
def test_the_bound_is_what_is_used(target: str, name: str) -> None:
    bound, painted = _bound_and_painted(GRAPHS[name], target, "gcc")
    assert painted <= bound <= painted + 4  # the word that aligns a frame to eight bytes may stay unwritten


@pytest.mark.parametrize("target", ["cortex-m0plus", "cortex-m4", "cortex-m55"])
def test_with_another_compiler(target: str) -> None:
    bound, painted = _bound_and_painted(GRAPHS["motion"], target, "clang")
    assert painted <= bound <= painted + 4


@pytest.mark.parametrize("name", ["kws", "ad"])
def test_of_real_models(name: str) -> None:
    bound, painted = _bound_and_painted(read_tflite(shared_model(INT8[name])), "cortex-m4", "gcc")
    assert painted <= bound <= painted + 4


def _bound(infer: str, before: str = "", signature: str = "") -> int:
    require("gcc", "cortex-m4")
    bench = build_bench(handwritten(infer, before, signature=signature), "cortex-m4", "gcc")
    return stack_bound(bench.program, "hand_infer")


NAKED = "__attribute__((naked))"


@pytest.mark.parametrize(
    ("assembly", "bound"),
    [
        ("bx lr", 0),
        ("push {r4, lr}; pop {r4, pc}", 8),
        (".fpu fpv4-sp-d16; push {r4, lr}; vpush {d8-d10}; sub sp, #12; add sp, #12; vpop {d8-d10}; pop {r4, pc}", 44),
        ("sub.w sp, sp, #260; add.w sp, sp, #260; bx lr", 260),
        ("sub.w sp, sp, #1024; add.w sp, sp, #1024; bx lr", 1024),
        ("subw sp, sp, #1020; addw sp, sp, #1020; bx lr", 1020),
        ("sub.w sp, sp, #0x00FF0000; add.w sp, sp, #0x00FF0000; bx lr", 0xFF0000),
        ("sub.w sp, sp, #0x00040004; add.w sp, sp, #0x00040004; bx lr", 0x40004),
        ("str lr, [sp, #-4]!; strd r0, r1, [sp, #-16]!; ldrd r0, r1, [sp], #16; ldr pc, [sp], #4", 20),
        ("stmdb sp!, {r4-r11, lr}; ldmia sp!, {r4-r11, pc}", 36),
        ("cmp r0, #0; beq 1f; push {r4-r6}; pop {r4-r6}; b 2f; 1: push {r4}; pop {r4}; 2: bx lr", 12),
        ("cbz r0, 1f; push {r4, r5}; pop {r4, r5}; 1: bx lr", 8),
        ("push {r4, lr}; cmp r0, #0; it eq; popeq {r4, pc}; push {r5, r6}; pop {r5, r6}; pop {r4, pc}", 16),
        ("push {r4, lr}; sub sp, #8; cmp r0, #0; itt cs; addcs sp, #8; popcs {r4, pc}; add sp, #8; pop {r4, pc}", 16),
        ("b.w hand_last", 24),
        ("push {r4, lr}; bl hand_last; pop {r4, pc}", 32),
        ("push {r4, lr}; cmp r0, #0; bne.w 1f; bl hand_last; .space 2000; 1: pop {r4, pc}", 32),
    ],
)
def test_each_way_to_move_the_stack_pointer(assembly: str, bound: int) -> None:
    body = '__asm__("push {r1-r6}; pop {r1-r6}; bx lr");'
    last = f"{NAKED} void hand_last(void);\n{NAKED} void hand_last(void) {{ {body} }}\n"
    assert _bound(f'__asm__("{assembly}");', last, NAKED) == bound


@pytest.mark.parametrize(
    ("assembly", "why"),
    [
        ("sub sp, r0; bx lr", "it moves the stack pointer by what is not a constant"),
        ("mov sp, r7; bx lr", "it moves the stack pointer by what is not a constant"),
        ("cmp r0, #0; it eq; pusheq {r1}; bx lr", "it moves the stack pointer by what is not a constant"),
        ("cbz r0, 1f; push {r4}; 1: bx lr", "it is reached with two different stack pointers"),
        ("1: push {r4}; b 1b", "it is reached with two different stack pointers"),
        ("bl hand_infer; bx lr", "it calls itself"),
        ("blx r0; bx lr", "it jumps to where a register or a table says"),
        ("bx r0", "it jumps to where a register or a table says"),
        ("ldr pc, [r0]", "it jumps to where a register or a table says"),
        ("tbb [pc, r0]", "it jumps to where a register or a table says"),
    ],
)
def test_code_without_a_bound(assembly: str, why: str) -> None:
    with pytest.raises(DataError, match=rf"^no bound of the stack can be read off the code at hand_infer\+\d+: {why}$"):
        _bound(f'__asm__("{assembly}");', signature=NAKED)


def test_a_function_that_is_not_there() -> None:
    require("gcc", "cortex-m4")
    bench = build_bench(handwritten(ECHO), "cortex-m4", "gcc")
    with pytest.raises(DataError, match="has no symbol 'no_infer'"):
        stack_bound(bench.program, "no_infer")
