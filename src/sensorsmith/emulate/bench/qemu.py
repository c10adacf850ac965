"""A model on a board of QEMU, counted by our plugin."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sensorsmith.base.errors import BoardError, EmulatorError, MissingTool
from sensorsmith.emulate.bench.built import qemu_plugin
from sensorsmith.emulate.bench.process import run_program
from sensorsmith.emulate.bench.trace import Int8, Trace, empty_mailbox, fill_mailbox, read_counts
from sensorsmith.firmware import PLACES, Bench

# Program and board for each target. None of QEMU's boards with a Cortex-M0 holds more than 16 KB; the M3 executes all
# that an M0+ does, instruction by instruction (unicorn has an M0, and refuses what that lacks).
MACHINES = {
    "cortex-m0plus": ("qemu-system-arm", "mps2-an385"),
    "cortex-m4": ("qemu-system-arm", "mps2-an386"),
    "cortex-m7": ("qemu-system-arm", "mps2-an500"),
    "cortex-m33": ("qemu-system-arm", "mps2-an505"),
    "cortex-m55": ("qemu-system-arm", "mps3-an547"),
    "riscv32": ("qemu-system-riscv32", "virt"),
}
_PACKAGES = {"qemu-system-arm": "qemu-system-arm", "qemu-system-riscv32": "qemu-system-misc"}


def run_qemu(bench: Bench, inputs: Int8, limit: float, count: bool) -> Trace:
    """Run a model on each input.

    Args:
        inputs: int8 (N, ...).
        limit: seconds of wall-clock time for all.
        count: whether to count instructions.

    Raises:
        BoardError: QEMU has no board for the target.
        EmulatorError: the model crashed or hung, or QEMU did.
        MissingTool: QEMU is not installed, or no C compiler to build the plugin.
    """
    path, version = find_qemu(bench.target)
    machine = MACHINES[bench.target][1]
    elf, mail = bench.program, fill_mailbox(bench, inputs)
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "bench.elf").write_bytes(bench.image)
        (folder / "mail.bin").write_bytes(mail)
        mailbox = PLACES[bench.target].mailbox
        command = [path, "-machine", machine, "-nodefaults", "-display", "none", "-kernel", "bench.elf"]
        command += ["-bios", "none"] if bench.target == "riscv32" else []
        command += ["-semihosting-config", "enable=on,target=native"]
        command += ["-device", f"loader,file=mail.bin,addr=0x{mailbox:x},force-raw=on"]
        if count:
            begin, end = (elf.symbol(name).address for name in ("ss_begin", "ss_end"))
            plugin = str(qemu_plugin(version)).replace(",", ",,")  # a comma would end it
            entries = "".join(f"{symbol.address:x}\n" for symbol in elf.symbols if symbol.function)
            (folder / "functions").write_text(entries)
            command += [
                "-plugin",
                f"{plugin},begin=0x{begin:x},end=0x{end:x},functions=functions,out=counts",
            ]
        run_program("qemu", command, folder, limit)
        outputs, stack = empty_mailbox(bench, _result(folder / "bench.out", len(mail)))
        counts = read_counts((folder / "counts").read_text(), bench) if count else ()
    return Trace(outputs, counts, stack, ("qemu", version, machine))


def _result(file: Path, size: int) -> bytes:
    if not file.exists() or file.stat().st_size != size:
        raise EmulatorError("qemu could not write the outputs", todo="free some room on the disk, then run again")
    return file.read_bytes()


def find_qemu(target: str) -> tuple[str, str]:
    """Path and version of the program that emulates a target.

    Raises:
        BoardError: QEMU has no board for the target.
        EmulatorError: it does not run.
        MissingTool: it is not installed.
    """
    if target not in MACHINES:
        raise BoardError(f"qemu does not emulate {target}", todo=f"use one of {', '.join(MACHINES)}")
    program = MACHINES[target][0]
    path = shutil.which(program)
    if path is None:
        raise MissingTool(
            f"the emulator {program} is not installed",
            todo=f"install it (Debian: apt-get install {_PACKAGES[program]})",
        )
    done = subprocess.run([path, "--version"], capture_output=True, text=True, errors="replace", timeout=60)
    found = re.search(r"version (\d+(?:\.\d+)*)", done.stdout)
    if found is None:
        raise EmulatorError(f"{program} does not run", todo="install it again")
    return path, found[1]
