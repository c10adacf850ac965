"""Cycles of a Cortex-M4, modelled from the instructions that were executed.

Sources: Arm Cortex-M4 Processor Technical Reference Manual (DDI 0439, revision r0p1), table 3-1 "Cortex-M4 instruction
set summary", section 3.3.3 "Load/store timings" and table 7-1 "FPU instruction set". What the rules are, and what they
leave out, is told in docs/why/cycle-model.md. The result is never a measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensorsmith.firmware import Elf
from sensorsmith.measure.thumb import Instruction, Kind, decode

TARGET = "cortex-m4"

KNOWN_ERROR = (-0.277, -0.184)
"""Modelled over published cycles of CMSIS-NN's kernels, minus one: lowest and highest of four models, without wait
states; benchmarks/results/cycle_model.json."""

_DIVIDE = 12  # 2 to 12 in the manual, by the operands
_SINGLE = (Kind.LOAD, Kind.STORE, Kind.STORE_INDEXED)


@dataclass(frozen=True)
class Timing:
    """What the manual leaves open, or the board decides.

    Attributes:
        refill: cycles to refill the pipeline after a jump. The manual: 1 to 3, by the alignment and width of the target
            and by whether the processor could guess it.
        wait_states: cycles that the flash takes longer than the processor for each line that is fetched. Neither a
            cache nor fetching ahead hides them here, so that this is the most that they can cost instructions.
        line_bytes: bytes that the flash delivers at once.
    """

    refill: int = 2
    wait_states: int = 0
    line_bytes: int = 16


def model_cycles(
    program: Elf, executed: Mapping[int, int], taken: Mapping[int, int], timing: Timing = Timing()
) -> dict[int, int]:
    """Cycles that each executed instruction took in all, by its address.

    Args:
        program: the image.
        executed: how often the instruction at each address was executed, as far as it was; one under an IT counts
            whether its condition held or not.
        taken: how often something else than the instruction behind it followed, where that happened.
    """
    code = {address: decode(_bytes_at(program, address)) for address in sorted(executed)}
    before = {address + instruction.size: address for address, instruction in code.items()}
    cycles = {}
    for address, instruction in code.items():
        cycles[address] = executed[address] * _alone(instruction)
        cycles[address] += taken.get(address, 0) * (timing.refill + timing.wait_states)
        previous = before.get(address)
        if previous is not None:
            through = executed[previous] - taken.get(previous, 0)  # so often the two were executed in a row
            fetched = timing.wait_states if _new_line(address, instruction, timing.line_bytes) else 0
            cycles[address] += through * (_after(code[previous], instruction) + fetched)
    return cycles


def _bytes_at(program: Elf, address: int) -> bytes:
    """The longest instruction that may begin there."""
    segment = next(s for s in program.segments if s.address <= address < s.address + len(s.data))
    return segment.data[address - segment.address :][:4]


def _alone(instruction: Instruction) -> int:
    """Cycles without a neighbour, and without the refill of a jump."""
    match instruction.kind:
        case Kind.LOAD | Kind.STORE_INDEXED | Kind.TABLE_BRANCH:
            return 2
        case Kind.LOAD_MULTIPLE | Kind.STORE_MULTIPLE | Kind.FLOAT_MEMORY:
            return 1 + instruction.words
        case Kind.DIVIDE:
            return _DIVIDE
        case Kind.FLOAT_FUSED:
            return 3
        case Kind.FLOAT_DIVIDE:
            return 14
        case _:
            return 1


def _after(previous: Instruction, instruction: Instruction) -> int:
    """Cycles more or less because of the instruction that was executed just before."""
    depends = bool(instruction.address & previous.writes)
    if previous.kind is Kind.PLAIN:
        return 1 if depends else 0  # the address needs its registers a cycle earlier
    pipelined = previous.kind is Kind.LOAD and instruction.kind in (Kind.LOAD, Kind.STORE_INDEXED) and not depends
    return -1 if pipelined else 0


def _new_line(address: int, instruction: Instruction, line: int) -> bool:
    """Whether the instruction is the first that needs the line in which it ends."""
    return (address + instruction.size - 1) // line != (address - 1) // line
