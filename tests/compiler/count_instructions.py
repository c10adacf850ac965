# SPDX-License-Identifier: MIT
"""Count the instructions that emitted C executes on an emulated Cortex-M. Runs as a process of its own.

Reads from stdin, and answers on stdout, JSON:
    {"image": path of a flat binary, "base": its address, "cpu": "m4", "infer": address of NAME_infer,
     "inputs": [[int8, ...], ...], "output_size": n}
    -> [{"output": [int8, ...], "blocks": {address: [instructions, times]}}, ...]
"""

import json
import struct
import sys
from pathlib import Path

import unicorn as u
import unicorn.arm_const as arm

STOP, INPUT, OUTPUT, STACK = 0x1000, 0x2000_0000, 0x2010_0000, 0x2030_0000
CPUS = {"m0": arm.UC_CPU_ARM_CORTEX_M0, "m4": arm.UC_CPU_ARM_CORTEX_M4}


def instructions(code: bytes) -> int:
    """Number of Thumb instructions; one of 32 bits begins with 0b11101, 0b11110 or 0b11111."""
    count = at = 0
    while at < len(code):
        at += 4 if code[at + 1] >> 3 >= 0b11101 else 2
        count += 1
    return count


def run(machine: u.Uc, infer: int, values: list[int], output_size: int) -> dict[str, object]:
    blocks: dict[int, list[int]] = {}

    def entered(machine: u.Uc, address: int, size: int, _data: object) -> None:
        if address not in blocks:
            blocks[address] = [instructions(machine.mem_read(address, size)), 0]
        blocks[address][1] += 1

    hook = machine.hook_add(u.UC_HOOK_BLOCK, entered)
    machine.mem_write(INPUT, struct.pack(f"{len(values)}b", *values))
    for register, value in (
        (arm.UC_ARM_REG_SP, STACK),
        (arm.UC_ARM_REG_LR, STOP | 1),
        (arm.UC_ARM_REG_R0, INPUT),
        (arm.UC_ARM_REG_R1, OUTPUT),
    ):
        machine.reg_write(register, value)
    machine.emu_start(infer | 1, STOP)
    machine.hook_del(hook)
    return {"output": struct.unpack(f"{output_size}b", machine.mem_read(OUTPUT, output_size)), "blocks": blocks}


def main() -> None:
    job = json.load(sys.stdin)
    machine = u.Uc(u.UC_ARCH_ARM, u.UC_MODE_THUMB)
    machine.ctl_set_cpu_model(CPUS[job["cpu"]])
    machine.mem_map(0, 0x40_0000)
    machine.mem_map(INPUT, 0x40_0000)
    machine.mem_write(job["base"], Path(job["image"]).read_bytes())
    json.dump([run(machine, job["infer"], values, job["output_size"]) for values in job["inputs"]], sys.stdout)


if __name__ == "__main__":
    main()
