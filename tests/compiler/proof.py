"""Frama-C's value analysis of emitted C: its memory accesses and its arithmetic, for all inputs at once.

What is proven, and what is taken for granted, is in docs/why/c-safety.md.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from sensorsmith.compiler import Emitted

MACHINES = {
    "host": ("x86_64", ()),
    "cortex-m0plus": ("x86_32", ("-DSS_WIDE_MULTIPLY=0",)),
    "cortex-m4": ("x86_32", ()),
    "riscv32": ("x86_32", ()),
    "avr": ("x86_16", ("-DSS_WIDE_MULTIPLY=0",)),
    "wasm": ("x86_32", ()),
}
"""By target, the machine whose C has integers of the same sizes, and macros that its compiler would choose."""

# Without __GNUC__ the C paths are left, for there is no assembly; the analysis takes no _Alignas.
_PREPROCESS = ("-I.", "-U__GNUC__", "'-D_Alignas(x)='")
# Every loop is followed turn by turn, every element of an array is told from the others. Pointers have to point into
# their object even where they are not used.
_ANALYSIS = (
    *("-eva", "-eva-precision", "0", "-eva-slevel", "100000", "-eva-plevel", "100000"),
    *("-warn-signed-overflow", *os.environ.get("PTR","-warn-invalid-pointer").split()),
)
_PROVEN = {"Valid", "Considered valid"}
_HEADERS = ("fixed.h", "softmax.h")
_MAIN = """\
#include "__fc_builtin.h"
{contracts}#include "{name}.c"

int main(void)
{{
    static {source}_t input[{inputs}];
    static {result}_t output[{outputs}];
    Frama_C_make_unknown((char *)input, sizeof input);
    return {name}_infer(input, output);
}}
"""
_BY_ARGUMENT = ("less_than_the_largest:", "sum_of_exponentials:")
_CONTRACTS = {  # by header, whose functions are stood in for by their contracts, and which ones
    "ss_softmax_ref.h": ("softmax.h", ("ss_max", "ss_clamp", "ss_softmax_exp", "ss_softmax_reciprocal")),
    "ss_fixed.h": ("fixed.h", ("ss_max", "ss_clamp")),
}
_FOLDER = Path(__file__).parent / "proofs"
_CONSTANTS = re.compile(r"/\* lowest \*/ (-?\d+),\s*\(ss_scale\)\{\.multiplier = (\d+), \.shift = (\d+)\}")


@dataclass(frozen=True)
class Alarm:
    """Something that could not be proven: where, what kind of mistake it would be, and what would have to hold."""

    file: str
    line: int
    function: str
    kind: str
    claim: str

    @property
    def by_argument(self) -> bool:
        """Whether docs/why/c-safety.md has the argument for it: what a softmax's largest input means to the others."""
        return self.function == "ss_softmax_ref" and self.claim.startswith(_BY_ARGUMENT)


@dataclass(frozen=True)
class Proof:
    """One analysis.

    Attributes:
        alarms: what was not proven.
        reached, statements: of the functions that were entered.
        seconds: of wall-clock time.
    """

    alarms: tuple[Alarm, ...]
    reached: int
    statements: int
    seconds: float


def version() -> str | None:
    """Of Frama-C; None where it is not installed."""
    if shutil.which("frama-c") is None:
        return None
    return subprocess.run(["frama-c", "-version"], capture_output=True, text=True, check=True).stdout.strip()


def prove_model(emitted: Emitted) -> Proof:
    """Analyse NAME_infer for every input, on the C path of its target's kernels."""
    contracts, functions = next((c for header, c in _CONTRACTS.items() if header in emitted.files), ("", ()))
    main = _MAIN.format(
        name=emitted.report.name,
        contracts=f'#include "{contracts}"\n' if contracts else "",
        source=emitted.source.dtype,
        inputs=prod(emitted.input_shape),
        result=emitted.result.dtype,
        outputs=prod(emitted.output_shape),
    )
    return _prove(emitted.files, main, emitted.report.target, (), functions)


def softmax_constants(emitted: Emitted) -> set[tuple[int, int, int]]:
    """Lowest difference, multiplier and shift of each softmax in a model."""
    return {(int(a), int(b), int(c)) for a, b, c in _CONSTANTS.findall(emitted.files[f"{emitted.report.name}.c"])}


def prove_softmax_exp(headers: Mapping[str, str], target: str, constants: tuple[int, int, int]) -> Proof:
    """Analyse the exponential of one layer, for every difference that there can be."""
    macros = [f"-D{name}={value}" for name, value in zip(("LOWEST", "MULTIPLIER", "SHIFT"), constants, strict=True)]
    return _prove(headers, _text("softmax_exp.c"), target, tuple(macros), ())


def prove_softmax_reciprocal(headers: Mapping[str, str], target: str) -> Proof:
    """Analyse one over the sum of exponentials, for every sum that there can be."""
    return _prove(headers, _text("softmax_reciprocal.c"), target, (), ())


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _prove(
    files: Mapping[str, str], main: str, target: str, macros: tuple[str, ...], contracted: tuple[str, ...]
) -> Proof:
    machine, own = MACHINES[target]
    preprocess = " ".join((*_PREPROCESS, *own, *macros))
    command = ["frama-c", "-c11", "-machdep", machine, f"-cpp-extra-args={preprocess}", *_ANALYSIS]
    if contracted:
        command += ["-eva-use-spec", ",".join(contracted)]
    with tempfile.TemporaryDirectory(prefix="sensorsmith-proof-") as name:
        folder = Path(name)
        for file, text in {**files, **{name: _text(name) for name in _HEADERS}, "main.c": main}.items():
            (folder / file).write_text(text, encoding="utf-8")
        start = time.perf_counter()
        done = subprocess.run(
            [*command, "main.c", "-then", "-report-csv", "report.csv"],
            cwd=folder,
            env={**os.environ, "PWD": str(folder)},  # which it believes rather than its own folder
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
        _check(done)
        report = (folder / "report.csv").read_text(encoding="utf-8")
    entered = set(re.findall(r"Values at end of function (\w+)", done.stdout))
    reached, statements = re.findall(r"(\d+) statements reached \(out of (\d+)\)", done.stdout)[-1]
    return Proof(tuple(_alarms(report, entered)), int(reached), int(statements), seconds)


def _check(done: subprocess.CompletedProcess[str]) -> None:
    """What would make an analysis without alarms worthless: a failure, code that it does not know, no end."""
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    warnings = [line for line in said.splitlines() if "Warning" in line and not line.startswith("[eva:alarm]")]
    assert not warnings, "\n".join(warnings)
    if os.environ.get("STRICT"): assert "NON TERMINATING" not in said, said[-3000:]


def _alarms(report: str, entered: set[str]) -> list[Alarm]:
    """What is not proven of the functions that were entered; claims about the others are listed too, as unknown."""
    rows = csv.DictReader(report.splitlines(), delimiter="\t")
    return [
        Alarm(row["file"], int(row["line"]), row["function"], row["property kind"], row["property"])
        for row in rows
        if row["status"] not in _PROVEN and row["function"] in entered
    ]
