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
    if bench.target not in MACHINES:
        raise BoardError(f"qemu does not run {bench.target} here", todo=f"use one of {', '.join(MACHINES)}")
    program, machine = MACHINES[bench.target]
    path = shutil.which(program)
    if path is None:
        raise MissingTool(
            f"the emulator {program} is not installed",
            todo=f"install it (Debian: apt-get install {_PACKAGES[program]})",
        )
    version = _version(path)
    elf = bench.program
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "bench.elf").write_bytes(bench.image)
        (folder / "mail.bin").write_bytes(fill_mailbox(bench, inputs))
        mailbox = PLACES[bench.target].mailbox
        command = [path, "-machine", machine, "-nodefaults", "-display", "none", "-kernel", "bench.elf"]
        command += ["-bios", "none"] if bench.target == "riscv32" else []
        command += ["-semihosting-config", "enable=on,target=native"]
        command += ["-device", f"loader,file=mail.bin,addr=0x{mailbox:x},force-raw=on"]
        if count:
            begin, end = (elf.symbol(name).address for name in ("ss_begin", "ss_end"))
            entries = "".join(f"{symbol.address:x}\n" for symbol in elf.symbols if symbol.function)
            (folder / "functions").write_text(entries)
            command += [
                "-plugin",
                f"{qemu_plugin(version)},begin=0x{begin:x},end=0x{end:x},functions=functions,out=counts",
            ]
        run_program("qemu", command, folder, limit)
        outputs, stack = empty_mailbox(bench, (folder / "bench.out").read_bytes())
        counts = read_counts((folder / "counts").read_text(), bench) if count else ()
    return Trace(outputs, counts, stack, ("qemu", version, machine))


def _version(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, errors="replace", timeout=60)
    found = re.search(r"version (\d+(?:\.\d+)*)", done.stdout)
    if found is None:
        raise EmulatorError(f"{path} does not run", todo="install it again")
    return found[1]
