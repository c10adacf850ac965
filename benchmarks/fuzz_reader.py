"""Hostile .tflite files: mutations of the files in tests/graph/corpus, at the level of bytes and of FlatBuffers.

    python benchmarks/fuzz_reader.py                          # 3 seeds, 3.5 minutes of one core each
    python benchmarks/fuzz_reader.py --minutes 1 --seeds 7 --keep new/ -o part.json

Each case must either be read, and then pass the checks, come back the same from the writer and (a sample) compile; or
be refused with a ModelError of one line. Memory is limited to 1 GB by the operating system, each case to 5 seconds.
Case N of a seed is always the same file, as long as the corpus is: `--seeds SEED --only N` runs it alone. Writes
benchmarks/results/fuzz_reader.json; the exit code is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import itertools
import multiprocessing
import os
import platform
import re
import resource
import signal
import struct
import subprocess
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads' stacks would count as memory

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import check_graph, read_tflite, same, write_tflite
from sensorsmith.graph.flatbuffer import Layout, Source, Table
from sensorsmith.graph.ops import BY_CODE
from sensorsmith.graph.schema import (
    BUFFER,
    CALL_ONCE,
    CALL_ONCE_OPTIONS,
    MODEL,
    OPERATOR,
    OPERATOR_CODE,
    QUANTIZATION,
    SUBGRAPH,
    TENSOR,
    VAR_HANDLE,
    VAR_HANDLE_OPTIONS,
)

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "graph" / "corpus"
MEMORY = 1 << 30
CASE_SECONDS = 5.0
COMPILED = 8  # one in so many of the accepted
INTERESTING = (0, 1, 2, 3, 4, 8, 9, 16, 127, 128, 255, 0x7FFF, 0xFFFF, 2**24, 2**30, 2**31 - 1, 2**31, 2**32 - 4)
WIDTHS = {"b": 1, "B": 1, "?": 1, "i": 4, "I": 4, "f": 4, "q": 8, "Q": 8}

# The tables that a field leads to; those of an operator's options are found by its code.
INNER: dict[tuple[int, str], Layout] = {
    (id(MODEL), "operator_codes"): OPERATOR_CODE,
    (id(MODEL), "subgraphs"): SUBGRAPH,
    (id(MODEL), "buffers"): BUFFER,
    (id(SUBGRAPH), "tensors"): TENSOR,
    (id(SUBGRAPH), "operators"): OPERATOR,
    (id(TENSOR), "quantization"): QUANTIZATION,
}
OPTIONS: dict[int, Layout] = {family.options_type: family.options for family in BY_CODE.values()}
OPTIONS |= {VAR_HANDLE_OPTIONS: VAR_HANDLE, CALL_ONCE_OPTIONS: CALL_ONCE}
LISTS = {"operator_codes", "subgraphs", "buffers", "tensors", "operators"}


class Sites:
    """Where the numbers, lengths, offsets and vtable entries of a sound file lie, as (position, width)."""

    def __init__(self, data: bytes) -> None:
        self.source = Source(data)
        self.numbers: list[tuple[int, int]] = []
        self.offsets: list[int] = []
        self.lengths: list[int] = []
        self.entries: list[int] = []
        self.walk(self.source.root(MODEL, b"TFL3", "model"), MODEL)

    def walk(self, table: Table, layout: Layout) -> None:
        for name, field in layout.items():
            at = table._find(name)
            if at is None:
                continue
            self.entries.append(table._vtable + 4 + 2 * field.slot)
            inner = INNER.get((id(layout), name))
            if inner is not None and name in LISTS:
                self.vector(at, 4, numbers=False)
                self.offsets += self.items(at)
                for child in table.tables(name, inner):
                    self.walk(child, inner)
            elif inner is not None:
                self.offsets.append(at)
                self.walk(table.table(name, inner), inner)
            elif field.format and name in ("shape", "inputs", "outputs", "scale", "zero_point", "shape_signature"):
                self.vector(at, WIDTHS[field.format], numbers=True)
            elif field.format:
                self.numbers.append((at, WIDTHS[field.format]))
            elif name == "builtin_options":
                self.offsets.append(at)
                layout = OPTIONS.get(table.integer("builtin_options_type"))
                if layout is not None:
                    self.walk(table.table(name, layout), layout)
            else:
                self.vector(at, 1, numbers=name == "data")

    def items(self, at: int) -> list[int]:
        start, count = self.source.vector(self.source.follow(at, ""), 4, "")
        return [start + 4 * i for i in range(count)]

    def vector(self, at: int, width: int, *, numbers: bool) -> None:
        start, count = self.source.vector(self.source.follow(at, ""), width, "")
        self.offsets.append(at)
        self.lengths.append(start - 4)
        if numbers:
            self.numbers += [(start + width * i, width) for i in range(min(count, 64))]


def mutate(data: bytearray, sites: Sites, random: np.random.Generator) -> None:
    """One change: of bytes, or of what the FlatBuffer says."""
    kind = int(random.integers(0, 12))
    if kind < 2:
        data[int(random.integers(0, len(data)))] = int(random.integers(0, 256))
    elif kind == 2:
        _put(data, int(random.integers(0, len(data))), 4, int(random.choice(INTERESTING)))
    elif kind == 3:
        a, b = sorted(int(n) for n in random.integers(0, len(data), 2))
        b = min(b, a + 256)
        at = int(random.integers(0, len(data)))
        data[at : at + b - a] = data[a:b]
    elif kind == 4 and random.integers(0, 8) == 0:
        del data[int(random.integers(1, len(data))) :]
    elif kind < 8:
        at, width = sites.numbers[int(random.integers(0, len(sites.numbers)))]
        _put(data, at, width, _number(random))
    elif kind == 8:
        at = sites.offsets[int(random.integers(0, len(sites.offsets)))]
        other = sites.offsets[int(random.integers(0, len(sites.offsets)))]
        target = other + int(struct.unpack_from("<I", data, other)[0]) if other + 4 <= len(data) else 0
        _put(data, at, 4, target - at)
    elif kind == 9:
        at = sites.lengths[int(random.integers(0, len(sites.lengths)))]
        _put(data, at, 4, _number(random))
    elif kind == 10:
        at = sites.entries[int(random.integers(0, len(sites.entries)))]
        _put(data, at, 2, int(random.choice([0, 0, 4, 8, 12, 16])))
    else:
        (a, width), (b, _) = (sites.numbers[int(random.integers(0, len(sites.numbers)))] for _ in range(2))
        data[a : a + width] = data[b : b + width]


def _number(random: np.random.Generator) -> int:
    if random.integers(0, 2):
        return int(random.integers(-4, 130))
    return int(random.choice(INTERESTING))


def _put(data: bytearray, at: int, width: int, value: int) -> None:
    if 0 <= at <= len(data) - width:
        data[at : at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")


@dataclass(frozen=True)
class Corpus:
    """What is mutated: files that are read, which are chosen in three cases of four, and files that are refused."""

    sound: list[tuple[bytes, Sites]]
    hostile: list[tuple[bytes, Sites]]

    def as_json(self) -> dict[str, Any]:
        digest = hash_bytes(b"".join(data for data, _ in self.sound + self.hostile))
        return {"sound": len(self.sound), "hostile": len(self.hostile), "sha256": digest}


def case(number: int, seed: int, corpus: Corpus) -> bytes:
    """The file of case `number`."""
    random = np.random.default_rng([seed, number])
    files = corpus.sound if random.integers(0, 4) else corpus.hostile
    start, sites = files[int(random.integers(0, len(files)))]
    data = bytearray(start)
    for _ in range(int(random.integers(1, 5))):
        if data:
            mutate(data, sites, random)
    return bytes(data)


def judge(data: bytes, compiled: bool) -> str:
    """Run one case; returns how it ended, in words without names and numbers, which become #.

    Raises:
        Exception: what must not happen.
    """
    try:
        graph = read_tflite(data)
    except ModelError as error:
        _require_clear(error)
        return re.sub(r"'[^']*'|\(.*?\)|\[.*?\]|\b[A-Z_]{2,}\w*|-?\d[\d.e-]*", "#", error.what)[:60]
    check_graph(graph)
    assert same(read_tflite(write_tflite(graph)), graph), "the writer gives another graph"
    if compiled:
        try:
            compile_graph(graph, "model")
        except ModelError as error:
            _require_clear(error)
            return "read, not compiled"
        return "read and compiled"
    return "read"


def _require_clear(error: ModelError) -> None:
    assert "\n" not in str(error), "a message of several lines"
    assert error.what, "a message that says nothing"
    assert error.todo, "a message that does not say what to do"


def out_of_time(_signal: int, _frame: Any) -> None:
    raise TimeoutError(f"took more than {CASE_SECONDS} seconds")


def load_corpus() -> Corpus:
    """The files that can be walked through."""
    corpus = Corpus([], [])
    for path in sorted(CORPUS.glob("*.tflite")):
        data = path.read_bytes()
        try:
            sites = Sites(data)
        except (ModelError, struct.error):
            continue
        if sites.numbers and sites.offsets and sites.lengths and sites.entries:
            try:
                read_tflite(data)
                corpus.sound.append((data, sites))
            except ModelError:
                corpus.hostile.append((data, sites))
    return corpus


def run(seed: int, minutes: float, only: int | None, keep: Path | None) -> dict[str, Any]:
    """The cases of one seed, in a process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGVTALRM, out_of_time)
    corpus = load_corpus()
    endings: collections.Counter[str] = collections.Counter()
    findings: list[dict[str, Any]] = []
    slowest, start = 0.0, time.process_time()
    numbers = itertools.count() if only is None else iter([only])
    for number in numbers:
        data = case(number, seed, corpus)
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, CASE_SECONDS)
        try:
            ending = judge(data, compiled=number % COMPILED == 0)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            ending = f"FOUND {type(error).__name__}"
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = f"{type(error).__name__}: {error} at {Path(place.filename).name}:{place.lineno}"
            if len(findings) < 100:
                findings.append({"case": number, "error": text})
            print(f"seed {seed}, case {number}: {text}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        slowest = max(slowest, time.process_time() - begun)
        if keep and (endings[ending] == 0 or ending.startswith("FOUND")):
            (keep / f"{seed}-{number}.tflite").write_bytes(data)
        endings[ending] += 1
        if time.process_time() - start > 60 * minutes:
            break
    return {
        "seed": seed,
        "cases": endings.total(),
        "cpu_seconds": round(time.process_time() - start, 1),
        "corpus": corpus.as_json(),
        "findings": findings,
        "slowest_case_seconds": round(slowest, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "endings": dict(endings.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.5, help="of CPU time for each seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="each in a process of its own")
    parser.add_argument("--only", type=int, help="run this case alone")
    parser.add_argument("--keep", type=Path, help="a folder for the first case of each ending")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "benchmarks" / "results" / "fuzz_reader.json")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    with ProcessPoolExecutor(len(options.seeds), mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(run, seed, options.minutes, options.only, options.keep) for seed in options.seeds]
        runs = [job.result() for job in jobs]
    record = {
        "what": "mutated .tflite files given to the reader: refused with one clear line, or read, written, compiled",
        "command": "python benchmarks/fuzz_reader.py",
        "date": datetime.date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "limits": {"memory_mb": MEMORY >> 20, "case_seconds": CASE_SECONDS},
        "cases": sum(run["cases"] for run in runs),
        "cpu_seconds": round(sum(run["cpu_seconds"] for run in runs), 1),
        "findings": sum(len(run["findings"]) for run in runs),
        "runs": runs,
    }
    if options.only is None:
        write_json(options.output, record)
    print({key: record[key] for key in ("cases", "cpu_seconds", "findings")})
    sys.exit(bool(record["findings"]))


if __name__ == "__main__":
    main()
