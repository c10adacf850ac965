"""The cycle model on code assembled by hand: what each line is, and what the manual's rules make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.firmware.elf import Elf, Segment
from sensorsmith.measure.cycles import Timing, model_cycles

START = 0x8000
USUAL = Timing()


def cycles(
    code: str, counts: list[int] | None = None, taken: list[int] | None = None, timing: Timing = USUAL
) -> list[int]:
    """Cycles of each instruction of some code, given as half-words; each is executed once unless told otherwise."""
    image = b"".join(int(word, 16).to_bytes(2, "little") for word in code.split())
    addresses = []
    place = 0
    while place < len(image):
        addresses.append(START + place)
        place += 4 if image[place + 1] >> 3 >= 0b11101 else 2
    executed = dict(zip(addresses, counts or [1] * len(addresses), strict=True))
    jumps = dict(zip(addresses, taken or [0] * len(addresses), strict=True))
    program = Elf((), (), (Segment(START, START, 0, image),))
    found = model_cycles(program, executed, {a: n for a, n in jumps.items() if n}, timing)
    assert list(found) == addresses
    return list(found.values())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # ldr r0,[r1]; ldr r2,[r3,#4]; ldrb r4,[r5,r6]: the manual's four cycles for three loads in a row
        ("6808 685a 5dac", [2, 1, 1]),
        # ldr r0,[r1]; ldr r2,[r0]: the address is what the first one loads
        ("6808 6802", [2, 2]),
        # ldr.w r0,[r1,r2]; str.w r1,[r3,r2]: the manual's three cycles
        ("f851 0002 f843 1002", [2, 1]),
        # ldr r0,[r1]; str r0,[r1,#4]: the manual's three cycles
        ("6808 6048", [2, 1]),
        # str r0,[r1]; str r0,[r1,#4]: immediate offsets are always one cycle
        ("6008 6048", [1, 1]),
        # str r0,[r1]; ldr r0,[r1]: nothing is pipelined after a store
        ("6008 6808", [1, 2]),
        # str r0,[r1,r2]; str r0,[r1,r2]
        ("5088 5088", [2, 2]),
        # ldr.w r0,[r1],#4; ldr.w r2,[r3],#4; ldr.w r4,[r3],#4: only the last needs what its neighbour updates
        ("f851 0b04 f853 2b04 f853 4b04", [2, 1, 2]),
        # ldr r0,[r1]; ldrd r0,r1,[r2]; ldr r0,[r1]: LDRD is pipelined with neither neighbour
        ("6808 e9d2 0100 6808", [2, 3, 2]),
        # strd r0,r1,[r2,#8]
        ("e9c2 0102", [3]),
        # ldmia r0!,{r1,r2,r3}; stmia.w r0,{r1,r2,r8,r9}
        ("c80e e880 0306", [4, 5]),
        # push {r4,r5,lr}; pop {r4,r5,pc}
        ("b530 bd30", [4, 4]),
        # mla, smlad, smmul, smlal, umull, ssat with a shift
        ("fb01 3002 fb21 3002 fb51 f002 fbc2 0103 fba2 0103 f321 00c7", [1, 1, 1, 1, 1, 1]),
        # sdiv r0,r1,r2: the manual's most
        ("fb91 f0f2", [12]),
        # adds r1,r1,r2; ldr r0,[r1]: an address fresh from the adder is late by a cycle
        ("1889 6808", [1, 3]),
        # adds r1,r1,r2; str r1,[r0]: what is stored is not
        ("1889 6001", [1, 1]),
        # ite eq; moveq r0,#1; movne r0,#2
        ("bf0c 2001 2002", [1, 1, 1]),
        # vldr s0,[r0]; vmla.f32; vdiv.f32; vpush {s16-s19}; vmov r0,s0
        ("ed90 0a00 ee00 0a81 ee80 0a81 ed2d 8a04 ee10 0a10", [2, 3, 14, 5, 1]),
    ],
)
def test_what_the_manual_says(code: str, expected: list[int]) -> None:
    assert cycles(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("4770", 1 + 2),  # bx lr
        ("e7fe", 1 + 2),  # b to itself
        ("f7ff fffe", 1 + 2),  # bl
        ("bd30", 4 + 2),  # pop {r4,r5,pc}
        ("e8df f000", 2 + 2),  # tbb [pc,r0]
        ("f8d0 f000", 2 + 2),  # ldr.w pc,[r0]
        ("46f7", 1 + 2),  # mov pc,lr
    ],
)
def test_a_jump_refills_the_pipeline(code: str, expected: int) -> None:
    assert cycles(code, taken=[1]) == [expected]
    assert cycles(code, taken=[1], timing=Timing(refill=3)) == [expected + 1]


def test_a_loop_pays_for_every_turn_but_the_last() -> None:
    # movs r0,#10; subs r0,#1; bne to the subs; bx lr
    found = cycles("200a 3801 d1fd 4770", [1, 10, 10, 1], [0, 0, 9, 1])
    assert found == [1, 10, 10 + 9 * 2, 1 + 2]


def test_a_load_at_the_end_of_a_loop_is_pipelined_with_none_at_its_beginning() -> None:
    # ldr r0,[r1]; ldr r2,[r3]; bne to the first, which follows the branch
    assert cycles("6808 681a d1fc", [10, 10, 10], [0, 0, 9])[:2] == [20, 10]


def test_a_load_before_a_loop_is_pipelined_once() -> None:
    # ldr r0,[r1]; ldr r2,[r3]; bne to the second
    assert cycles("6808 681a d1fd", [1, 10, 10], [0, 0, 9])[:2] == [2, 2 * 10 - 1]


def test_a_branch_over_a_load_spares_its_pairing() -> None:
    # ldr r0,[r1]; cbz r0 over the next; ldr r2,[r3]; ldr r4,[r5]
    assert cycles("6808 b100 681a 682c", [10, 10, 4, 10], [0, 6, 0, 0]) == [20, 10 + 6 * 2, 8, 20 - 4]


def test_wait_states_are_paid_for_each_line_and_each_jump() -> None:
    # Nine nops from the beginning of a line of 16 bytes: the ninth begins the next.
    assert cycles("bf00 " * 9, timing=Timing(wait_states=5)) == [1] * 8 + [6]
    # A wide instruction that reaches into the next line waits for it; the one after it does not again.
    assert cycles("bf00 " * 7 + "fb01 3002 bf00", timing=Timing(wait_states=5)) == [1] * 7 + [6, 1]
    found = cycles("200a 3801 d1fd 4770", [1, 10, 10, 1], [0, 0, 9, 1], Timing(wait_states=5))
    assert found == [1, 10, 10 + 9 * 7, 1 + 7]


_STRAIGHT = ("6808", "6048", "5088", "5dac", "1889", "bf00", "fb01 3002", "e9d2 0100", "c80e", "f851 0b04", "fb91 f0f2")


@given(st.lists(st.sampled_from(_STRAIGHT), min_size=1, max_size=30), st.integers(1, 1000), st.integers(0, 5))
def test_no_instruction_takes_less_than_a_cycle_and_waiting_never_helps(
    lines: list[str], times: int, waiting: int
) -> None:
    code = " ".join(lines)
    found = cycles(code, [times] * len(lines))
    assert all(each >= times for each in found)
    assert found == [times * each for each in cycles(code)]
    assert sum(cycles(code, timing=Timing(wait_states=waiting))) >= sum(cycles(code))
