"""The decoder against the disassembler, over all the code that a compiler makes of a model."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compiler.models import motion_net

from sensorsmith.compiler import compile_graph
from sensorsmith.firmware import build_bench
from sensorsmith.measure.thumb import Instruction, Kind, decode

_LINE = re.compile(r"\s*([0-9a-f]+):\t([0-9a-f]{4})(?: ([0-9a-f]{4}))? *\t(\S+)\s*([^;@<]*)(?:<.*>)?")
_REGISTERS = {"sp": 13, "lr": 14, "pc": 15, "ip": 12, "fp": 11, "sl": 10, "r9": 9} | {f"r{i}": i for i in range(16)}
_CONDITION = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
_ASSEMBLER = """
    .syntax unified
    .cpu cortex-m4
    .fpu fpv4-sp-d16
    .thumb
here:
    ldrd r0, r1, [r2], #8
    strd r0, r1, [r2, #-8]!
    ldrex r0, [r1]
    ldrsb.w r0, [r1, #-4]
    ldrsh.w r8, [r9, r10, lsl #2]
    ldr.w pc, [r0], #4
    str.w r0, [r1], #-4
    pld [r0]
    tbb [pc, r0]
    tbh [pc, r0, lsl #1]
    ldmdb r0!, {r1, r2, r8}
    pop.w {r4, r5, r6, r7, r8, r9, pc}
    add pc, r0
    mov pc, r1
    blx r3
    bl here
    b.w here
    bne.w here
    cbnz r7, there
    it eq
    bxeq lr
there:
    udiv r0, r1, r2
    sdiv r3, r4, r5
    smlald r6, r7, r8, r9
    smlad r0, r1, r2, r3
    pkhtb r4, r5, r6, asr #16
    sxtab16 r1, r2, r3, ror #8
    msr apsr_nzcvq, r0
    mrs r0, apsr
    dsb sy
    vldr s0, [r0]
    vldr d0, [r0]
    vstmia r0!, {s0-s3}
    vpush {d8}
    vmla.f32 s0, s1, s2
    vfma.f32 s0, s1, s2
    vfnms.f32 s0, s1, s2
    vdiv.f32 s0, s1, s2
    vsqrt.f32 s0, s1
    vadd.f32 s0, s1, s2
    vabs.f32 s0, s1
    vmov r0, s0
    vmov r0, r1, s0, s1
    vmrs apsr_nzcv, fpscr
"""


pytestmark = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")


def tool(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def disassembled(file: Path) -> Iterator[tuple[int, bytes, str, str]]:
    """Address, bytes, mnemonic without condition and width, and operands of each instruction."""
    for line in tool("arm-none-eabi-objdump", "-d", str(file)).splitlines():
        match = _LINE.match(line)
        if match and not match[4].startswith("."):
            code = b"".join(int(half, 16).to_bytes(2, "little") for half in match.group(2, 3) if half)
            yield int(match[1], 16), code, match[4], match[5].strip()


def expected_kind(name: str, operands: str) -> Kind:
    """What the name of an instruction says about it."""
    if name.startswith(("vldr", "vstr", "vldm", "vstm", "vpush", "vpop")):
        return Kind.FLOAT_MEMORY
    if name.startswith(("vmla", "vmls", "vnml", "vfm", "vfnm")):
        return Kind.FLOAT_FUSED
    if name.startswith(("vdiv", "vsqrt")):
        return Kind.FLOAT_DIVIDE
    if name.startswith(("ldrd", "ldm", "pop")):
        return Kind.LOAD_MULTIPLE
    if name.startswith(("strd", "stm", "push")):
        return Kind.STORE_MULTIPLE
    if name.startswith("ldr"):
        return Kind.LOAD
    if name.startswith("str"):
        return Kind.STORE_INDEXED if re.search(r"\[\w+, [rsflip]", operands) else Kind.STORE
    if name in ("tbb", "tbh"):
        return Kind.TABLE_BRANCH
    if name.startswith(("sdiv", "udiv")):
        return Kind.DIVIDE
    if re.fullmatch(rf"(b|bl|bx|blx|cbz|cbnz|b({_CONDITION})|bx({_CONDITION})|bl({_CONDITION}))(\.n|\.w)?", name):
        return Kind.BRANCH
    if name.startswith(("add", "mov")) and operands.startswith("pc"):
        return Kind.BRANCH
    return Kind.PLAIN


def check(address: int, code: bytes, name: str, operands: str) -> Instruction:
    found = decode(code)
    told = f"{address:x}: {code.hex()} {name} {operands}: {found}"
    assert found.size == len(code), told
    assert found.kind is expected_kind(name, operands), told
    first = operands.split(",")[0].strip()
    if found.kind in (Kind.PLAIN, Kind.LOAD, Kind.DIVIDE) and first in _REGISTERS:
        silent = name.startswith(("cmp", "cmn", "tst", "teq", "pld", "msr"))
        assert (_REGISTERS[first] in found.writes) is not silent, told
    if found.kind is not Kind.PLAIN and (address_of := re.search(r"\[(\w+)(?:, ([a-z]\w+))?", operands)):
        registers = {_REGISTERS[name] for name in address_of.groups() if name} - {15}
        assert found.address == registers, told
    if found.kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE) and "{" in operands:
        listed = re.findall(r"\w+", operands[operands.index("{") :])
        assert found.words == len(listed), told
        if found.kind is Kind.LOAD_MULTIPLE:
            assert {_REGISTERS[name] for name in listed} <= found.writes, told
    return found


@pytest.mark.parametrize("target", ["cortex-m0plus", "cortex-m4"])
def test_everything_in_a_compiled_model(tmp_path: Path, target: str) -> None:
    image = tmp_path / "net.elf"
    image.write_bytes(build_bench(compile_graph(motion_net(), "net", target), target, "gcc").image)
    found = [check(*each) for each in disassembled(image)]
    assert len(found) > 500
    assert {instruction.kind for instruction in found} >= {Kind.PLAIN, Kind.LOAD, Kind.STORE, Kind.BRANCH}


def test_what_compilers_seldom_make(tmp_path: Path) -> None:
    source, file = tmp_path / "all.s", tmp_path / "all.o"
    source.write_text(_ASSEMBLER)
    tool("arm-none-eabi-as", str(source), "-o", str(file))
    found = {name: check(address, code, name, operands) for address, code, name, operands in disassembled(file)}
    assert len(found) > 35
    assert {i.kind for i in found.values()} == set(Kind) - {Kind.STORE_INDEXED}
