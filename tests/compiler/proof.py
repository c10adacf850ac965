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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from sensorsmith.compiler import Emitted

_NARROW = "-DSS_WIDE_MULTIPLY=0"
MACHINES: dict[str, tuple[str, ...]] = {
    "host": ("x86_64",),
    "cortex-m0plus": ("x86_32", _NARROW),
    "cortex-m4": ("x86_32",),
    "riscv32": ("x86_32",),
    "avr": ("x86_16", _NARROW),
    "wasm": ("x86_32",),
}
"""By target, the machine whose C has integers of the same sizes, and macros that its compiler would choose."""

# Without __GNUC__ the C paths are left, for there is no assembly; the analysis takes no _Alignas.
_PREPROCESS = ("-I.", "-U__GNUC__", "'-D_Alignas(x)='")
# Every loop is followed turn by turn, and every element of an array is told from the others.
_ANALYSIS = ("-eva", "-eva-precision", "0", "-eva-slevel", "100000", "-eva-plevel", "100000", "-warn-signed-overflow")
_PROVEN = {"Valid", "Considered valid"}
# What a softmax's largest input means to the others, and to what value a product is rounded.
_BY_ARGUMENT: dict[str, str | tuple[str, ...]] = {
    "ss_softmax_ref": ("less_than_the_largest:", "sum_of_exponentials:"),
    "ss_softmax_s16_ref": "less_than_the_largest:",
    "ss_look_up_16": "less_than_the_largest:",
    "ss_requantize": "rounded:",
    "ss_requantize_wide": "rounded:",
}
_FOLDER = Path(__file__).parent / "proofs"
_MAIN = """\
#include "__fc_builtin.h"
{contracts}
#include "{name}.c"

int main(void)
{{
    static {source}_t input[{inputs}];
    static {result}_t output[{outputs}];
    Frama_C_make_unknown((char *)input, sizeof input);
    return {name}_infer(input, output);
}}
"""
_CONTRACTS = {  # by header: the file with contracts, and whose
    "ss_fixed.h": ("fixed.h", ("ss_max", "ss_clamp")),
    "ss_softmax_ref.h": ("softmax.h", ("ss_softmax_exp", "ss_softmax_reciprocal")),
    "ss_softmax_s16_ref.h": ("softmax_s16.h", ("ss_select",)),
    "ss_fixed_16.h": ("fixed_16.h", ("ss_requantize_wide", "ss_requantize")),
    "ss_sigmoid_16.h": ("sigmoid_16.h", ("ss_sigmoid_16",)),
    "ss_fully_connected_armv6m.h": ("dense_armv6m.h", ("ss_dense_tell_apart",)),
}
_OTHER_LEMMAS = {
    "ss_fixed_16.h": "fixed_16",
    "ss_sigmoid_16.h": "sigmoid_16",
    "ss_fully_connected_armv6m.h": "dense_armv6m",
}
_MULTIPLYING = ("softmax_exp", "softmax_reciprocal", "fixed_16")
_CONSTANTS = re.compile(r"/\* lowest \*/ (-?\d+),\s*\(ss_scale\)\{\.multiplier = (\d+), \.shift = (\d+)\}")


@dataclass(frozen=True)
class Alarm:
    """Something that was not proven: where, what kind of mistake it would be, and what would have to hold."""

    file: str
    line: int
    function: str
    kind: str
    claim: str

    @property
    def by_argument(self) -> bool:
        """Whether docs/why/c-safety.md has the argument for it."""
        return self.claim.startswith(_BY_ARGUMENT.get(self.function, "nothing"))


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

    @property
    def open(self) -> tuple[Alarm, ...]:
        """Alarms without an argument."""
        return tuple(alarm for alarm in self.alarms if not alarm.by_argument)


def version() -> str | None:
    """Of Frama-C; None where it is not installed."""
    if shutil.which("frama-c") is None:
        return None
    return subprocess.run(["frama-c", "-version"], capture_output=True, text=True, check=True).stdout.strip()


def prove_model(emitted: Emitted) -> Proof:
    """Analyse NAME_infer for every input, on the C path of its target's kernels.

    Where all of them are plain C, a pointer has to point into its object, or right behind it, even if it is not used.
    """
    target, report = emitted.report.target, emitted.report
    found = [_CONTRACTS[header] for header in _CONTRACTS if header in emitted.files]
    functions = [function for _, those in found for function in those]
    if functions and _NARROW in MACHINES[target]:
        functions.append("ss_high_multiply")
    main = _MAIN.format(
        name=report.name,
        contracts="\n".join(f'#include "{file}"' for file, _ in found),
        source=emitted.source.dtype,
        inputs=prod(emitted.input_shape),
        result=emitted.result.dtype,
        outputs=prod(emitted.output_shape),
    )
    options = ["-eva-use-spec", ",".join(functions)] if functions else []
    if all(layer.variant == "ref" for layer in report.layers):
        options.append("-warn-invalid-pointer")
    return prove(emitted.files, main, target, options)


def lemmas(emitted: Emitted) -> dict[str, tuple[str, ...]]:
    """What the analysis of a model relies on: names for `prove_lemma`, each with its macros, by a heading."""
    found: dict[str, tuple[str, ...]] = {}
    if "ss_softmax_ref.h" in emitted.files:
        found["softmax_reciprocal"] = ("softmax_reciprocal",)
        for constants in sorted(set(_CONSTANTS.findall(emitted.files[f"{emitted.report.name}.c"]))):
            macros = [
                f"-D{name}={value}" for name, value in zip(("LOWEST", "MULTIPLIER", "SHIFT"), constants, strict=True)
            ]
            found[" ".join(("softmax_exp", *constants))] = ("softmax_exp", *macros)
    for header, name in _OTHER_LEMMAS.items():
        if header in emitted.files:
            found[name] = (name,)
    if "ss_fixed.h" in emitted.files and _NARROW in MACHINES[emitted.report.target]:
        found["high_multiply"] = ("high_multiply",)
    return found


def prove_lemma(emitted: Emitted, name: str, *macros: str) -> Proof:
    """Analyse functions that have a contract, for all arguments that the contract allows.

    What they give back is another matter, for which intervals do not suffice: see docs/why/c-safety.md.
    """
    options = ["-warn-invalid-pointer"]
    if _NARROW in MACHINES[emitted.report.target] and name in _MULTIPLYING:
        options += ["-eva-use-spec", "ss_high_multiply"]
    return prove(emitted.files, _text(f"{name}.c"), emitted.report.target, options, macros)


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def prove(
    files: Mapping[str, str], main: str, target: str, options: Sequence[str], macros: Sequence[str] = ()
) -> Proof:
    """Analyse the main function of the C `main`, which may include `files`, as on the machine of a target."""
    machine, *own = MACHINES[target]
    preprocess = " ".join((*_PREPROCESS, *own, *macros))
    command = ["frama-c", "-c11", "-machdep", machine, f"-cpp-extra-args={preprocess}", *_ANALYSIS, *options]
    with tempfile.TemporaryDirectory(prefix="sensorsmith-proof-") as name:
        folder = Path(name)
        headers = {file: _text(file) for file, _ in _CONTRACTS.values()}
        for file, text in {**files, **headers, "main.c": main}.items():
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
        said = done.stdout + done.stderr
        assert done.returncode == 0, said[-3000:]
        report = (folder / "report.csv").read_text(encoding="utf-8")
    entered = set(re.findall(r"Values at end of function (\w+)", said))
    warned = {
        (file, int(line)) for file, line in re.findall(r"^\[eva:alarm\] (\S+):(\d+): Warning", said, re.MULTILINE)
    }
    alarms = tuple(_alarms(report, entered, warned))
    _check(said, alarms)
    reached, statements = re.findall(r"(\d+) statements reached \(out of (\d+)\)", said)[-1]
    return Proof(alarms, int(reached), int(statements), seconds)


def _alarms(report: str, entered: set[str], warned: set[tuple[str, int]]) -> Iterator[Alarm]:
    """What is not proven. Claims about functions and calls that are never reached are listed too, as unknown."""
    for row in csv.DictReader(report.splitlines(), delimiter="\t"):
        alarm = Alarm(row["file"], int(row["line"]), row["function"], row["property kind"], row["property"])
        reached = alarm.function in entered
        if alarm.kind.startswith("precondition of"):
            reached = (alarm.file, alarm.line) in warned
        if row["status"] not in _PROVEN and reached:
            yield alarm


def _check(said: str, alarms: Sequence[Alarm]) -> None:
    """What would make an analysis without alarms worthless: code that it does not know, or that does not end."""
    warnings = [line for line in said.splitlines() if "Warning" in line and not line.startswith("[eva:alarm]")]
    assert not warnings, "\n".join(warnings)
    ended = "NON TERMINATING" not in said
    assert ended or not all(alarm.by_argument for alarm in alarms), said[-3000:]
