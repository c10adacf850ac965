from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.compiler.library import WARNINGS, run, write
from tests.compiler.models import (
    every_move,
    int16_net,
    largest_of_each_row,
    motion_net,
    renamed,
    streaming_net,
    tiny,
    variables_net,
)
from tests.golden.regenerate import COMMAND, golden_files
from tests.graph.models import inputs_of, small_convnet

from sensorsmith.compiler import compile_graph
from sensorsmith.graph import AssignVariable, Graph, Node, interpret_batch, write_tflite

GRAPHS = [motion_net(), small_convnet(), int16_net(), every_move(), largest_of_each_row(), streaming_net()]
GRAPHS += [variables_net(), variables_net("int16")]
IDS = ["motion", "all operators", "int16", "moves", "positions", "state", "variables", "variables of int16"]


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_golden(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == golden_files()[path], f"if the change is meant, run: {COMMAND}"


def test_the_same_graph_gives_the_same_text() -> None:
    assert compile_graph(motion_net(), "motion").files == compile_graph(motion_net(), "motion").files


@pytest.mark.parametrize("graph", GRAPHS, ids=IDS)
@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_no_warnings(compiler: str, level: str, graph: Graph, tmp_path: Path) -> None:
    source = write(compile_graph(graph, "m"), tmp_path)
    run(compiler, "-std=c11", "-ffreestanding", level, *WARNINGS, "-c", source, "-o", tmp_path / "m.o")


@pytest.mark.parametrize("graph", GRAPHS, ids=IDS)
def test_no_warnings_where_int_has_16_bits(graph: Graph, tmp_path: Path) -> None:
    source = write(compile_graph(graph, "m"), tmp_path)
    run("clang", "--target=msp430", "-std=c11", "-ffreestanding", *WARNINGS, "-fsyntax-only", source)


def test_a_model_too_large_for_a_16_bit_int_says_so() -> None:
    graph = motion_net()
    wide = replace(graph.tensors[0], shape=(1, 40_000, 1, 6))
    pool = graph.nodes[1]
    output = replace(graph.tensors[pool.outputs[0]], shape=(1, 20_000, 1, 6), quantization=wide.quantization)
    tensors = tuple({0: wide, pool.outputs[0]: output}.get(i, t) for i, t in enumerate(graph.tensors))
    large = replace(graph, tensors=tensors, nodes=(replace(pool, inputs=(0,)),), outputs=pool.outputs)
    source = compile_graph(large, "m").files["m.c"]
    assert '_Static_assert(sizeof(int) >= 4, "this model is too large for a 16-bit int");' in source
    assert "_Static_assert" not in compile_graph(graph, "m").files["m.c"]


def test_the_header_serves_c_plus_plus(tmp_path: Path) -> None:
    write(compile_graph(tiny(), "tiny"), tmp_path)
    use = tmp_path / "use.cpp"
    use.write_text(
        '#include "tiny.h"\n'
        "static const int shape[] = TINY_INPUT_SHAPE;\n"
        "static const unsigned char sha[] = TINY_MODEL_SHA256_BYTES;\n"
        'static_assert(sizeof(sha) == 32 && sizeof(TINY_MODEL_SHA256) == 65, "");\n'
        'static_assert(sizeof(shape) / sizeof(int) == 2, "");\n'
        "float real(void) { return TINY_OUTPUT_SCALE * (float)(tiny_output()[sha[0] % 2] - TINY_OUTPUT_ZERO_POINT); }\n"
    )
    run("g++", "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", use, "-o", tmp_path / "use.o")


MAIN = """\
#include <stdio.h>
#include "m.h"
int main(void)
{
    ELEMENT x[M_INPUT_SIZE];
    RESULT y[M_OUTPUT_SIZE];
    while (fread(x, 1, sizeof x, stdin) == sizeof x) {
#ifdef STATEFUL
        m_reset();
#endif
        m_infer(x, y);
        fwrite(y, 1, sizeof y, stdout);
    }
    return 0;
}
"""


@pytest.mark.parametrize("graph", GRAPHS, ids=IDS)
@pytest.mark.parametrize("wide", [0, 1])
def test_clean_under_sanitizers(wide: int, graph: Graph, tmp_path: Path) -> None:

    source = write(compile_graph(graph, "m"), tmp_path)
    (tmp_path / "main.c").write_text(MAIN)
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1"]
    stateful = ["-DSTATEFUL"] if any(tensor.variable for tensor in graph.tensors) else []
    program = tmp_path / "m"
    element, result = (graph.tensors[ends[0]].dtype for ends in (graph.inputs, graph.outputs))
    run(
        "gcc",
        "-std=c11",
        f"-DSS_WIDE_MULTIPLY={wide}",
        f"-DELEMENT={element}_t",
        f"-DRESULT={result}_t",
        *stateful,
        *sanitizers,
        source,
        tmp_path / "main.c",
        "-o",
        program,
    )
    x = inputs_of(graph, 6)
    x[0], x[1] = np.iinfo(x.dtype).min, np.iinfo(x.dtype).max
    done = subprocess.run([program], input=x.tobytes(), capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    expected = interpret_batch(graph, x)
    np.testing.assert_array_equal(np.frombuffer(done.stdout, result).reshape(expected.shape), expected)


def test_the_hash_is_that_of_the_written_model() -> None:
    emitted = compile_graph(tiny(), "tiny")
    digest = hashlib.sha256(write_tflite(tiny())).hexdigest()
    assert f'#define TINY_MODEL_SHA256 "{digest}"' in emitted.files["tiny.h"]
    digits = [f"0x{byte:02x}" for byte in bytes.fromhex(digest)]
    assert ", ".join(digits[:16]) in emitted.files["tiny.h"]


def test_only_models_with_state_have_a_reset() -> None:
    files = compile_graph(streaming_net(), "m").files
    assert "\nvoid m_reset(void);\n" in files["m.h"]
    assert "\nvoid m_reset(void)\n{\n" in files["m.c"]
    for graph in (motion_net(), _unread()):
        assert not any("_reset" in text for text in compile_graph(graph, "m").files.values())


def _unread() -> Graph:
    """With a variable that is assigned, but that nothing reads."""
    graph = motion_net()
    x, y = graph.tensors[graph.inputs[0]], len(graph.tensors)
    variable = replace(x, name="v", variable=True)
    assign = Node(AssignVariable(), graph.inputs, (y,))
    return replace(graph, tensors=(*graph.tensors, variable), nodes=(*graph.nodes, assign))


def test_only_first_contents_that_differ_take_a_table() -> None:
    """A large one of one value is none."""
    source = compile_graph(variables_net(), "m").files["m.c"]
    reset = source.split("void m_reset(void)\n")[1].split("}\n\n")[0]
    assert (reset.count("ss_load_ref("), reset.count("for (")) == (2, 1)
    emitted = compile_graph(variables_net(), "m")
    tables = sum(layer.weights_bytes for layer in emitted.report.layers) + 6 + 24
    assert emitted.report.weights_bytes == tables


@pytest.mark.parametrize("name", ["*/ int x; /*", "a\nb", "//\\", "déjà", "?" * 500, "/*"])
def test_names_of_tensors_cannot_leave_their_comments(name: str, tmp_path: Path) -> None:
    source = write(compile_graph(renamed(tiny(), name), "m"), tmp_path)
    run("gcc", "-std=c11", *WARNINGS, "-c", source, "-o", tmp_path / "m.o")


def test_a_folder_of_emitted_c_needs_nothing_else(tmp_path: Path) -> None:
    source = write(compile_graph(small_convnet(), "m"), tmp_path)
    objects = run("gcc", "-std=c11", "-O2", "-ffreestanding", "-c", source, "-o", tmp_path / "m.o")
    assert objects == ""
    wanted = {line.split()[-1] for line in run("nm", "--undefined-only", tmp_path / "m.o").splitlines()}
    assert wanted <= {"memcpy", "memset", "memmove"}
