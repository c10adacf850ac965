"""Random models: TFLite Micro, the reference interpreter and the emitted C of every target must give the same bytes.

    python benchmarks/random_models.py --seconds 1500
    python benchmarks/random_models.py --case 123                    # this one alone, on all targets, told in full
    python benchmarks/random_models.py --seed 7 --targets cortex-m4 cortex-m55

Case N of a seed is always the same model, as long as the strategies in tests/graph are: a layer of each operator as
often as of any other, networks of several, and more of the layers for which there are quick kernels, in small shapes
and in larger ones. Each case is computed for extreme and random inputs:

* every tensor, by TFLite Micro and by the interpreter,
* by C of the `ref` kernels on this machine, also of the model cut behind each of its layers,
* by C for one of the other targets, in turn: on this machine (where that C is portable), and on the target's emulator,
  where moreover every instruction must have been executed as often for each input (AVR: all take as many cycles).

What the compiler refuses is counted by reason; only reasons that are meant are allowed. Writes
benchmarks/results/random_models.json, which keeps one run of each seed; the exit code is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # where this is run as a script, tests are not on the path
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from hypothesis import given, settings
from tests.compiler.library import Library
from tests.compiler.models import up_to
from tests.compiler.variants.joined import joined, run_joined, same_work
from tests.graph.models import LARGE, SMALL, Shapes, inputs_of
from tests.graph.operators import DRAWN, INT16, SPLITTING, networks, single_layers_of
from tests.graph.oracle import Oracle

from sensorsmith.base.errors import ModelError, SensorsmithError
from sensorsmith.base.files import write_json
from sensorsmith.base.hostcc import find_compiler
from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.firmware import find
from sensorsmith.graph import (
    DType,
    Graph,
    Reshape,
    initial_state,
    interpret,
    interpret_batch,
    read_tflite,
    same,
    write_tflite,
)
from sensorsmith.graph.ops import name_of

Array = np.ndarray[Any, Any]

ROOT = Path(__file__).parent.parent
TARGETS = ("cortex-m4", "cortex-m55", "cortex-m0plus", "riscv32", "wasm", "avr")
NOT_ON_THIS_MACHINE = ("cortex-m55",)  # Helium's intrinsics are no portable C
EXPECTED = ("too much for 32 bits at its scale", "too much at its scale")  # by design; see test_legalise.py
BATCH = 40
CUTS = 6  # at most, of each model
BYTES_DRAWN = 8192
# What a bench holds, less a margin: statics, and inputs and outputs of all runs; constants.
_ROOM = {"avr": (13_000, 50_000), "cortex-m55": (400_000, 350_000)}
_LARGEST_ROOM = (400_000, 1_500_000)


@dataclass(frozen=True)
class Kind:
    """What a case is drawn of: a layer of one operator, or a network."""

    operator: str | None
    dtype: DType
    shapes: Shapes

    def __str__(self) -> str:
        size = "large" if self.shapes is LARGE else "small"
        return f"{self.operator or 'network'} {self.dtype} {size}"


# How often more, in large shapes.
QUICK = {
    "CONV_2D": 9,
    "DEPTHWISE_CONV_2D": 9,
    "FULLY_CONNECTED": 5,
    "ADD": 3,
    "AVERAGE_POOL_2D": 2,
    "MAX_POOL_2D": 2,
}
_LARGE_TOO = [name for name in DRAWN if name not in SPLITTING]
CYCLE = [
    *(Kind(name, "int8", SMALL) for name in DRAWN),
    *(Kind(name, "int8", LARGE) for name in _LARGE_TOO),
    *(Kind(name, "int16", SMALL) for name in INT16),
    *(Kind(name, "int8", LARGE) for name, count in QUICK.items() for _ in range(count)),
    *(Kind(None, "int8", shapes) for shapes in (SMALL, LARGE) for _ in range(8)),
]
"""In another order each time, each of them once."""


@dataclass(frozen=True)
class Case:
    number: int
    kind: Kind
    graph: Graph

    def inputs(self) -> Array:
        """(6, ...): the extremes, a mixture of them, and noise."""
        x = inputs_of(self.graph, 6, self.number)
        limits = np.iinfo(x.dtype)
        x[0], x[1] = limits.min, limits.max
        x[2] = np.where(x[2] < 0, limits.min, limits.max)
        return x


def draw_case(seed: int, number: int) -> Case:
    turn, place = divmod(number, len(CYCLE))
    kind = CYCLE[np.random.default_rng([seed, turn]).permutation(len(CYCLE))[place]]
    strategy = (
        networks(kind.dtype, kind.shapes)
        if kind.operator is None
        else single_layers_of(kind.operator, kind.dtype, kind.shapes)
    )
    drawn: list[Graph] = []

    @settings(deadline=None, database=None)
    @given(strategy)
    def take(graph: Graph) -> None:
        drawn.append(graph)

    random = np.random.default_rng([seed, number, 1])
    while not drawn:  # few are filtered out
        take.hypothesis.fuzz_one_input(random.bytes(BYTES_DRAWN))  # type: ignore[attr-defined]
    return Case(number, kind, drawn[0])


@dataclass
class Outcome:
    """What came of some cases."""

    kinds: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    variants: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    too_large: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        for name in ("kinds", "operators", "checks", "variants", "refusals", "too_large"):
            getattr(self, name).update(getattr(other, name))
        self.findings += other.findings

    def found(self, case: Case, where: str, what: str) -> None:
        layers = [name_of(node.op) for node in case.graph.nodes if not isinstance(node.op, Reshape)]
        self.findings.append(
            {"case": case.number, "kind": str(case.kind), "where": where, "what": what[:600], "layers": layers}
        )


def run_batch(seed: int, numbers: range, targets: tuple[str, ...]) -> Outcome:
    """Every check of some cases, on this machine and for some targets."""
    outcome = Outcome()
    cases = [draw_case(seed, number) for number in numbers]
    for case in cases:
        outcome.kinds[str(case.kind)] += 1
        outcome.operators.update({name_of(node.op) for node in case.graph.nodes})
        _check_files(case, outcome)
    _check_oracle(cases, outcome)
    expected = {case.number: _outputs(case) for case in cases}
    _check_cuts(_compilable(cases, "host", outcome), outcome)
    for target in targets:
        compilable = _compilable(cases, target, outcome)
        if target not in NOT_ON_THIS_MACHINE:
            _halving(compilable, f"C of {target} on this machine", outcome, _on_this_machine(target, expected))
        for group in _groups(compilable, target, outcome):
            _halving(group, f"{target}, emulated", outcome, _emulated(target, expected))
    return outcome


def _outputs(case: Case) -> Array:
    return interpret_batch(case.graph, case.inputs())


Pairs = list[tuple[Case, Emitted]]


def _check_files(case: Case, outcome: Outcome) -> None:
    if not same(read_tflite(write_tflite(case.graph)), case.graph):
        outcome.found(case, "reader and writer", "another graph is read than was written")


def _check_oracle(cases: list[Case], outcome: Outcome) -> None:
    """Every tensor, by TFLite Micro and by the interpreter."""
    with Oracle() as oracle:
        for case in cases:
            inputs = case.inputs()
            try:
                results = oracle.run(case.graph, [x[None] for x in inputs])
            except AssertionError as error:
                outcome.found(case, "TFLite Micro", str(error))
                continue
            state = initial_state(case.graph)
            for x, tensors in zip(inputs, results, strict=True):
                values = interpret(case.graph, x[None], state)
                used = [i for i in tensors if values[i] is not None]
                wrong = [i for i in used if not _equal(values[i], tensors[i])]
                outcome.checks["tensors, interpreter and TFLite Micro"] += len(used)
                if wrong:
                    outcome.found(case, "interpreter and TFLite Micro", f"tensors {wrong} differ")
                    break


def _equal(a: Array | None, b: Array) -> bool:
    return a is not None and a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())


def _compilable(cases: list[Case], target: str, outcome: Outcome) -> Pairs:
    kept: Pairs = []
    for case in cases:
        try:
            emitted = compile_graph(case.graph, "m", target)
        except ModelError as error:
            reason = re.sub(r"-?\d+", "#", error.what)
            outcome.refusals[reason] += 1
            if not any(each in str(error) for each in EXPECTED):
                outcome.found(case, f"compiler for {target}", str(error))
            continue
        outcome.variants.update((target, f"{layer.op} {layer.variant}") for layer in emitted.report.layers)
        kept.append((case, emitted))
    return kept


def _halving(pairs: Pairs, where: str, outcome: Outcome, check: Callable[[Pairs, Outcome], None]) -> None:
    """Check all together; where that does not work out, in halves, down to the models that are at fault."""
    if not pairs:
        return
    part = Outcome()
    try:
        check(pairs, part)
    except (SensorsmithError, OSError, subprocess.SubprocessError, AssertionError) as error:
        if len(pairs) == 1:
            outcome.found(pairs[0][0], where, f"{type(error).__name__}: {error}")
            return
        middle = len(pairs) // 2
        _halving(pairs[:middle], where, outcome, check)
        _halving(pairs[middle:], where, outcome, check)
        return
    outcome.add(part)


def _check_cuts(pairs: Pairs, outcome: Outcome) -> None:
    """The `ref` kernels, on this machine: each model, and each cut behind one of its layers."""
    parts: Pairs = []
    for case, emitted in pairs:
        nodes = [i for i, node in enumerate(case.graph.nodes) if not isinstance(node.op, Reshape)]
        # The last layer's output is the model's.
        cut = [up_to(case.graph, node) for node in nodes[:-1][:CUTS]]
        ends = [(each, each.tensors[each.outputs[0]]) for each in cut if len(each.outputs) == 1]
        whole = [each for each, y in ends if y.shape[:1] == (1,) and not y.variable]
        for graph in (case.graph, *whole):
            part = replace(case, graph=graph)
            try:
                compile_graph(graph, "m")
            except ModelError:
                continue  # the whole was not refused: what follows leaves channels out
            parts.append((part, emitted))

    def check(chosen: Pairs, result: Outcome) -> None:
        with tempfile.TemporaryDirectory() as folder:
            library = Library([part.graph for part, _ in chosen], Path(folder))
            for index, (part, _) in enumerate(chosen):
                computed = library.predict(index, part.inputs())
                _compare(part, computed, _outputs(part), "C of host on this machine", result)

    _halving(parts, "C of host on this machine", outcome, check)


def _compare(case: Case, computed: Array, expected: Array, where: str, outcome: Outcome) -> None:
    outcome.checks[where] += 1
    if not _equal(computed, expected):
        rows = [i for i, (a, b) in enumerate(zip(computed, expected, strict=True)) if not np.array_equal(a, b)]
        wrong = int((computed != expected).sum())
        outcome.found(case, where, f"{wrong} of {expected.size} elements differ, of the inputs {rows}")


def _on_this_machine(target: str, expected: dict[int, Array]) -> Callable[[Pairs, Outcome], None]:
    def check(pairs: Pairs, outcome: Outcome) -> None:
        with tempfile.TemporaryDirectory() as folder:
            library = Library([case.graph for case, _ in pairs], Path(folder), target)
            for index, (case, _) in enumerate(pairs):
                computed = library.predict(index, case.inputs())
                _compare(case, computed, expected[case.number], f"C of {target} on this machine", outcome)

    return check


def _emulated(target: str, expected: dict[int, Array]) -> Callable[[Pairs, Outcome], None]:
    def check(pairs: Pairs, outcome: Outcome) -> None:
        models = joined([case.graph for case, _ in pairs], target)
        outputs, run = run_joined(models, target, [case.inputs()[:4] for case, _ in pairs])
        constant = same_work(run)
        if not constant and len(pairs) > 1:
            raise AssertionError("one of them takes other instructions for other inputs")
        for (case, _), computed in zip(pairs, outputs, strict=True):
            _compare(case, computed, expected[case.number][:4], f"{target}, emulated", outcome)
            if not constant:
                counts = [each.cycles or each.instructions for each in run.counts]
                outcome.found(case, f"{target}, emulated", f"other work for other inputs: {counts}")

    return check


def _groups(pairs: Pairs, target: str, outcome: Outcome) -> Iterator[Pairs]:
    """Models that fit into the memories of the target's bench together."""
    most = _ROOM.get(target, _LARGEST_ROOM)
    group: Pairs = []
    used = (0, 0)
    for case, emitted in pairs:
        needed = (_ram(emitted, target), emitted.report.weights_bytes + 2000)
        if any(n > m for n, m in zip(needed, most, strict=True)):
            outcome.too_large[target] += 1
            continue
        if any(u + n > m for u, n, m in zip(used, needed, most, strict=True)):
            yield group
            group, used = [], (0, 0)
        group.append((case, emitted))
        used = (used[0] + needed[0], used[1] + needed[1])
    if group:
        yield group


def _ram(emitted: Emitted, target: str) -> int:
    """An AVR has inputs and outputs of the four runs among its variables."""
    ends = ((emitted.input_shape, emitted.input_dtype), (emitted.output_shape, emitted.output_dtype))
    mail = 4 * sum(int(np.prod(shape)) * np.dtype(dtype).itemsize for shape, dtype in ends)
    return emitted.report.arena_bytes + (mail if target == "avr" else 0)


def campaign(seed: int, seconds: float, targets: tuple[str, ...], jobs: int, first: int) -> tuple[Outcome, int]:
    """Batches, each for one of the targets in turn, until the time is over."""
    outcome, begun, batch = Outcome(), time.monotonic(), 0
    running: dict[Future[Outcome], range] = {}
    pool = _pool(jobs)
    while True:
        while len(running) < jobs and time.monotonic() - begun < seconds:
            numbers = range(first + BATCH * batch, first + BATCH * (batch + 1))
            target = targets[batch % len(targets)] if targets else None
            running[pool.submit(run_batch, seed, numbers, (target,) if target else ())] = numbers
            batch += 1
        if not running:
            return outcome, BATCH * batch
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            numbers = running.pop(future)
            try:
                part = future.result()
            except BrokenProcessPool:
                part = Outcome(findings=[{"case": numbers[0], "what": f"the process died of a case in {numbers}"}])
                pool = _pool(jobs)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                part = Outcome(
                    findings=[{"case": numbers[0], "what": f"in {numbers}: {type(error).__name__}: {error}"}]
                )
            outcome.add(part)
            for finding in part.findings:
                print(finding, flush=True)
            print(f"{time.monotonic() - begun:.0f} s: {numbers}, {len(outcome.findings)} findings", flush=True)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def tell(case: Case) -> None:
    """Print a case, layer by layer."""
    print(f"case {case.number}: {case.kind}")
    for node in case.graph.nodes:
        shown = [
            f"{i}: {t.dtype} {t.shape}" + (" constant" if t.data is not None else "")
            for i, t in ((i, case.graph.tensors[i]) for i in (*node.inputs, *node.outputs) if i >= 0)
        ]
        print(f"  {node.op} {'; '.join(shown)}")


def tools(targets: tuple[str, ...]) -> dict[str, str]:
    packages = {name: version(name) for name in ("numpy", "hypothesis", "tflite-micro")}
    compiler = subprocess.run([*find_compiler(), "--version"], capture_output=True, text=True, check=True)
    qemu = subprocess.run(["qemu-system-arm", "--version"], capture_output=True, text=True, check=True)
    chains = {target: find(target) for target in targets}
    return {
        **packages,
        "host": compiler.stdout.splitlines()[0],
        "qemu": qemu.stdout.splitlines()[0],
        **{target: f"{chain.name} {chain.version}" for target, chain in chains.items()},
    }


def as_json(outcome: Outcome) -> dict[str, Any]:
    variants: dict[str, dict[str, int]] = {}
    for (target, kernel), count in sorted(outcome.variants.items()):
        variants.setdefault(target, {})[kernel] = count
    return {
        "findings": outcome.findings,
        "checks": dict(sorted(outcome.checks.items())),
        "models_refused_by_reason": dict(sorted(outcome.refusals.items())),
        "models_too_large_for_a_bench": dict(sorted(outcome.too_large.items())),
        "cases_by_kind": dict(sorted(outcome.kinds.items())),
        "cases_with_an_operator": dict(sorted(outcome.operators.items())),
        "layers_by_target_and_kernel": variants,
    }


def _keep(path: Path, run: dict[str, Any]) -> None:
    """Write a run beside those of other seeds."""
    runs = json.loads(path.read_text())["runs"] if path.exists() else []
    others = [each for each in runs if each["seed"] != run["seed"]]
    record = {
        "what": "random models: TFLite Micro, the interpreter and the C of every target give the same bytes; a case of "
        "a seed is the same model as long as the strategies in tests/graph are those of the run's commit",
        "command": "python benchmarks/random_models.py --seed SEED",
        "runs": sorted([*others, run], key=lambda each: each["seed"]),
    }
    write_json(path, record)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1500, help="after which no batch is begun")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run this case alone")
    parser.add_argument("--targets", nargs="*", default=TARGETS, choices=TARGETS, help="besides this machine")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "benchmarks" / "results" / "random_models.json")
    options = parser.parse_args()
    targets = tuple(options.targets)
    if options.case is not None:
        tell(draw_case(options.seed, options.case))
        outcome = run_batch(options.seed, range(options.case, options.case + 1), targets)
        for finding in outcome.findings:
            print(finding)
        print(dict(outcome.checks), dict(outcome.refusals), dict(outcome.variants))
        sys.exit(bool(outcome.findings))
    outcome, cases = campaign(options.seed, options.seconds, targets, options.jobs, options.first)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    record = {
        "date": datetime.date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "tools": tools(targets),
        "seed": options.seed,
        "first_case": options.first,
        "cases": cases,
        **as_json(outcome),
    }
    _keep(options.output, record)
    print({"cases": cases, "findings": len(outcome.findings)})
    sys.exit(bool(outcome.findings))


if __name__ == "__main__":
    main()
