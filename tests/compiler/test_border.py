from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.compiler.library import WARNINGS, run, write
from tests.graph import messy
from tests.graph.oracle import AVAILABLE, Oracle
from tests.graph.test_fold import names_of

from sensorsmith.base.errors import DataError
from sensorsmith.base.hostcc import STRICT, build_shared
from sensorsmith.base.hostcc import load as load_library
from sensorsmith.compiler import HostModel, compile_graph
from sensorsmith.graph import Graph, enter, leave, read_tflite

Array = np.ndarray[Any, Any]
BORDERS = ["uint8", "float32"]
USE = """
#include "m.h"
signed char in(%s value) { return m_quantize_input(value); }
%s out(signed char value) { return m_dequantize_output(value); }
"""


def bordered(dtype: str) -> Graph:
    return read_tflite(messy.conv1d(dtype))


def drawn(dtype: str, count: int) -> Array:
    random = np.random.default_rng(11)
    if dtype == "uint8":
        return random.integers(0, 256, (count, 12, 3), np.uint8)
    return random.normal(0, 4, (count, 12, 3)).astype(np.float32)


@pytest.mark.parametrize("dtype", BORDERS)
@pytest.mark.skipif(not AVAILABLE, reason="the tflite-micro wheel is not installed (it exists for Linux only)")
def test_the_host_model_takes_and_gives_what_the_file_does(dtype: str) -> None:
    data, x = messy.conv1d(dtype), drawn(dtype, 12)
    end = names_of(data).index("StatefulPartitionedCall:0")
    with Oracle() as oracle:
        expected = oracle.run_file(data, [one[None] for one in x], [end])
    y = HostModel(compile_graph(bordered(dtype), "m")).predict(x)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, np.concatenate([tensors[end] for tensors in expected]))


@pytest.mark.parametrize("dtype", BORDERS)
def test_int8_stays_int8(dtype: str) -> None:
    graph, x = bordered(dtype), drawn(dtype, 5)
    model = HostModel(compile_graph(graph, "m"))
    assert graph.border.input is not None
    assert graph.border.output is not None
    y = model.predict(enter(graph.border.input, graph.tensors[graph.inputs[0]], x))
    assert y.dtype == np.int8
    outside = leave(graph.border.output, graph.tensors[graph.outputs[0]], y)
    np.testing.assert_array_equal(outside, model.predict(x))


def test_other_types_are_refused() -> None:
    with pytest.raises(DataError) as error:
        HostModel(compile_graph(bordered("float32"), "m")).predict(np.zeros((1, 12, 3)))
    assert str(error.value) == (
        "the model takes int8 or float32 values of shape (N, 12, 3), not float64 of (1, 12, 3); "
        "quantize and reshape them first"
    )


def functions(dtype: str, folder: Path) -> tuple[Graph, Any, Any]:
    """The inline functions of the header, in a library."""
    graph = bordered(dtype)
    ctype: Any = {"uint8": ctypes.c_uint8, "float32": ctypes.c_float}[dtype]
    name = {"uint8": "uint8_t", "float32": "float"}[dtype]
    files = {**compile_graph(graph, "m").files, "use.c": USE.replace("%s", name)}
    library = load_library(build_shared(files, folder, STRICT))
    enter_c, leave_c = getattr(library, "in"), library.out
    enter_c.argtypes, enter_c.restype = [ctype], ctypes.c_int8
    leave_c.argtypes, leave_c.restype = [ctypes.c_int8], ctype
    return graph, enter_c, leave_c


@pytest.mark.parametrize("dtype", BORDERS)
def test_the_functions_of_the_header_do_the_same(dtype: str, tmp_path: Path) -> None:
    graph, enter_c, leave_c = functions(dtype, tmp_path)
    source, result = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    first, last = graph.border.input, graph.border.output
    assert first is not None
    assert last is not None
    if dtype == "uint8":
        x: Array = np.arange(256, dtype=np.uint8)
    else:
        assert source.quantization is not None
        ties = (np.arange(-300, 300, dtype=np.float32) + np.float32(0.5)) * np.float32(source.quantization.scale[0])
        ends = np.array([np.inf, -np.inf, np.nan, 1e38, -1e38, 0.0, -0.0], np.float32)
        x = np.concatenate([ties, np.nextafter(ties, np.float32(9)), np.nextafter(ties, np.float32(-9)), ends])
    np.testing.assert_array_equal([enter_c(value.item()) for value in x], enter(first, source, x))
    y = np.arange(-128, 128).astype(np.int8)
    np.testing.assert_array_equal(np.array([leave_c(int(v)) for v in y], dtype), leave(last, result, y))


@pytest.mark.parametrize("dtype", BORDERS)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_no_warnings(compiler: str, dtype: str, tmp_path: Path) -> None:
    source = write(compile_graph(bordered(dtype), "m"), tmp_path)
    run(compiler, "-std=c11", "-ffreestanding", *WARNINGS, "-c", source, "-o", tmp_path / "m.o")


@pytest.mark.parametrize("dtype", BORDERS)
def test_no_warnings_where_int_has_16_bits(dtype: str, tmp_path: Path) -> None:
    source = write(compile_graph(bordered(dtype), "m"), tmp_path)
    run("clang", "--target=msp430", "-std=c11", "-ffreestanding", *WARNINGS, "-fsyntax-only", source)


def test_a_file_that_is_int8_has_no_such_functions() -> None:
    assert "quantize_input" not in compile_graph(bordered("int8"), "m").files["m.h"]


@pytest.mark.parametrize(("dtype", "zero_point"), [("uint8", "#define M_FILE_INPUT_ZERO_POINT"), ("float32", "")])
def test_the_header_says_what_the_file_takes(dtype: str, zero_point: str) -> None:
    text = compile_graph(bordered(dtype), "m").files["m.h"]
    kind = {"uint8": "uint8", "float32": "real numbers"}[dtype]
    assert f"/* The model's file takes {kind} here, serving_default_x:0" in text
    assert f"/* The model's file gives {kind} here, StatefulPartitionedCall:0" in text
    assert zero_point in text
