"""What the compiler makes of the five models of MLPerf Tiny, beside what others make of them.

    python benchmarks/compiler.py --models shared/models/mlperf-tiny --bakenn VENV/bin/python

For every model and target: the emitted C is built, run and counted on an emulated processor. The input is the one that
TFLite Micro was given, and the output must have the same hash as its. Instructions, flash and RAM are of one and the
same build. With --bakenn, a Python that has the package bakenn[tflite] compiles each model too, which is built and
counted in the same way; it takes no SOFTMAX and no dynamic batch, so that both are given the models without. Writes
benchmarks/results/compiler.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.graph import Graph, Softmax, interpret_batch, read_tflite, write_tflite
from sensorsmith.measure import Timing, model_cycles, run_model

HERE = Path(__file__).parent
TARGETS = {  # by heading: target and compiler
    "cortex-m4": ("cortex-m4", "gcc"),
    "cortex-m4 zig": ("cortex-m4", "zig"),
    "cortex-m55": ("cortex-m55", "gcc"),
    "cortex-m0plus": ("cortex-m0plus", "gcc"),
    "riscv32": ("riscv32", "gcc"),
}
MODELS = {  # file, FNV-1a hash of the output for the input of `generated`
    "kws": ("kws01_dscnn_int8.tflite", 0xF0B57151),
    "vww": ("vww01_mobilenet_int8.tflite", 0x6962079D),
    "ic": ("ic01_resnet_int8.tflite", 0xE5B25901),
    "ad": ("ad01_int8.tflite", 0x1FD3ED06),
    "sww": ("sww01_int8.tflite", 0xBB19F336),
}
PEERS = {
    "tflm_cmsis_nn": {
        "what": "TFLite Micro 90b983c2 with CMSIS-NN 99f736a6, int8 registrations (sww: default ones), GCC 12.2 -O2, "
        "one Invoke() on QEMU's Cortex-M4 and Cortex-M55; flash is code and model file, RAM is arena and painted stack",
        "cortex-m4": {
            "kws": {"instructions": 7_699_894, "flash": 53_384 + 53_936, "ram": 22_820 + 1_412},
            "vww": {"instructions": 24_101_964, "flash": 53_384 + 333_288, "ram": 100_708 + 1_412},
            "ic": {"instructions": 29_863_354, "flash": 58_504 + 98_496, "ram": 54_996 + 1_412},
            "ad": {"instructions": 582_946, "flash": 27_144 + 276_976, "ram": 2_580 + 1_124},
            "sww": {"instructions": 2_227_101, "flash": 84_168 + 74_520, "ram": 16_596 + 1_592},
        },
        "cortex-m55": {
            "kws": {"instructions": 1_815_806},
            "vww": {"instructions": 6_558_334},
            "ic": {"instructions": 4_911_693},
            "ad": {"instructions": 149_992},
            "sww": {"instructions": 407_420},
        },
    },
    "published_cycles": {
        "what": "MLPerf Tiny closed division, measured on silicon: milliseconds times clock. cortex-m4: the quickest "
        "entry of v1.0 to v1.3 on NUCLEO-L4R5ZI at 120 MHz, flash wait states included (kws, vww, ic: X-CUBE-AI 9.0, "
        "ad: Plumerai); cortex-m0plus: Bosch HALE on NUCLEO-G0B1RE at 64 MHz",
        "cortex-m4": {"kws": 43.19 * 120e3, "vww": 88.93 * 120e3, "ic": 165.1 * 120e3, "ad": 4.05 * 120e3},
        "cortex-m0plus": {"kws": 474.6 * 64e3, "vww": 1414 * 64e3, "ic": 1522 * 64e3, "ad": 40.9 * 64e3},
    },
}
_BAKENN = """\
import json, sys
import bakenn
from bakenn.backend.portable_c import CBackendOptions, KernelPolicy
from bakenn.targets import CORTEX_M4

folder, setting = sys.argv[1:]
quick = {"kernel_policy": KernelPolicy.STATIC_PRIORITY, "enable_cmsis_nn": True, "target": CORTEX_M4}
options = CBackendOptions(**quick if setting == "cmsis_nn" else {})
try:
    bakenn.compile_tflite(f"{folder}/model.tflite", f"{folder}/c", name="peer", backend_options=options)
    print(json.dumps({"version": bakenn.__version__}))
except bakenn.BakeNNError as error:
    print(json.dumps({"refused": str(error)[:200]}))
"""


# The images are freestanding; without these two macros, copies of four bytes would be calls.
_LIBC = {"math.h": "", "string.h": "#define memcpy __builtin_memcpy\n#define memset __builtin_memset\n"}


def _freestanding(text: str) -> str:
    return text.replace("<math.h>", '"math.h"').replace("<string.h>", '"string.h"')


def generated(count: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Bytes of a linear congruential generator, the same that TFLite Micro was given."""
    state, values = 12345, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(state >> 24)
    return np.array(values, np.uint8).view(np.int8)


def fnv1a(data: bytes) -> int:
    state = 2166136261
    for byte in data:
        state = ((state ^ byte) * 16777619) & 0xFFFFFFFF
    return state


def measured(emitted: Emitted, target: str, compiler: str, expected: int | None = None) -> dict[str, Any]:
    """Build and count; the output must have the hash `expected`."""
    inputs = generated(int(np.prod(emitted.input_shape))).reshape(emitted.input_shape)
    run = run_model(emitted, target, inputs, compiler=compiler, limit=600.0)  # type: ignore[arg-type]
    found = fnv1a(run.outputs.tobytes())
    assert expected in (None, found), f"{emitted.report.name} on {target}: the output's hash is {found:08x}"
    result = {
        "hash": found,
        "instructions": run.instructions[0],
        "flash": {"code": run.flash_bytes.code, "weights": run.flash_bytes.weights, "total": run.flash_bytes.total},
        "ram": {"arena": run.ram_bytes.arena, "stack": run.ram_bytes.stack, "total": run.ram_bytes.total},
        "compiler": f"{run.bench.toolchain.name} {run.bench.toolchain.version}",
        "emulator": " ".join(run.emulator),
    }
    if target == "cortex-m4":
        counts = run.counts[0]
        cycles = [
            sum(model_cycles(run.bench.program, counts.executed, counts.taken, Timing(refill=refill)).values())
            for refill in (1, 2, 3)
        ]
        result["modelled_cycles"] = dict(zip(("min", "typ", "max"), cycles, strict=True))
    return result


def without_softmax(graph: Graph) -> Graph:
    """The same network up to its last SOFTMAX, if it ends with one."""
    if not isinstance(graph.nodes[-1].op, Softmax):
        return graph
    nodes = graph.nodes[:-1]
    return replace(graph, nodes=nodes, outputs=nodes[-1].outputs)


def beside_bakenn(python: str, name: str, graph: Graph) -> dict[str, Any]:
    """bakenn's C and ours for the same network without SOFTMAX, on one emulated Cortex-M4."""
    graph = without_softmax(graph)
    ours = compile_graph(graph, name, "cortex-m4")
    model = write_tflite(graph)
    result: dict[str, Any] = {"ours": measured(ours, "cortex-m4", "gcc")}
    expected = fnv1a(
        interpret_batch(graph, generated(int(np.prod(ours.input_shape))).reshape(ours.input_shape)).tobytes()
    )
    for setting in ("portable", "cmsis_nn"):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "model.tflite").write_bytes(model)
            done = subprocess.run(
                [python, "-c", _BAKENN, folder, setting], capture_output=True, text=True, check=True, timeout=300
            )
            said = json.loads(done.stdout.splitlines()[-1])
            if "refused" in said:
                result[setting] = said
                continue
            sources = {path.name: _freestanding(path.read_text()) for path in Path(folder, "c").rglob("*.[ch]")}
        wrapper = (
            f'#include "{name}.h"\n#include "bknn_peer.h"\n'
            "#if BKNN_PEER_ARENA_SIZE > 0\n"
            "static _Alignas(BKNN_PEER_ARENA_ALIGNMENT) unsigned char arena[BKNN_PEER_ARENA_SIZE];\n"
            "#else\n#define arena 0\n#endif\n"
            f"int {name}_infer(const int8_t *input, int8_t *output)\n"
            "{\n    bknn_peer_infer(arena, input, output);\n    return 0;\n}\n"
        )
        files = {**sources, **_LIBC, f"{name}.c": wrapper, f"{name}.h": ours.files[f"{name}.h"]}
        result[setting] = {"version": said["version"], **measured(replace(ours, files=files), "cortex-m4", "gcc")}
        result[setting]["exact"] = result[setting].pop("hash") == expected
    return result


def one_model(name: str, folder: Path, targets: list[str], bakenn: str | None) -> dict[str, Any]:
    file, expected = MODELS[name]
    data = (folder / file).read_bytes()
    graph = read_tflite(data)
    result: dict[str, Any] = {"sha256": hash_bytes(data), "targets": {}}
    for heading in targets:
        target, compiler = TARGETS[heading]
        start = time.perf_counter()
        emitted = compile_graph(graph, name, target)
        seconds = time.perf_counter() - start
        result["macs"], result["executed_macs"] = emitted.report.macs, emitted.report.executed_macs
        result["targets"][heading] = measured(emitted, target, compiler, expected) | {
            "compile_seconds": round(seconds, 2)
        }
        print(name, heading, f"{result['targets'][heading]['instructions']:,}", flush=True)
    if bakenn:
        result["bakenn"] = beside_bakenn(bakenn, name, graph)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True, help="folder of MLPerf Tiny's five int8 models")
    parser.add_argument("--only", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--targets", nargs="+", choices=list(TARGETS), default=list(TARGETS))
    parser.add_argument("--bakenn", help="a Python that has the package bakenn[tflite]")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "results" / "compiler.json")
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=True
    )
    models = {name: one_model(name, options.models, options.targets, options.bakenn) for name in options.only}
    write_json(
        options.output,
        {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "commit": commit.stdout.strip(),
            "models": models,
            "peers": PEERS,
        },
    )
    for name, result in models.items():
        for heading, found in result["targets"].items():
            peer = PEERS["tflm_cmsis_nn"].get(heading, {}).get(name, {})  # type: ignore[union-attr]
            ratio = (
                f", TFLM + CMSIS-NN {peer['instructions'] / found['instructions']:.2f} times as many" if peer else ""
            )
            print(
                f"{name} {heading}: {found['instructions']:,} instructions{ratio}, flash {found['flash']['total']:,}, "
                f"RAM {found['ram']['total']:,}"
            )


if __name__ == "__main__":
    main()
