"""The armv6m kernels: their C path on this machine, and their assembly on an emulated Cortex-M0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.compiler.models import motion_net
from tests.compiler.variants.cases import CASES, inputs, run_emulated
from tests.compiler.variants.joined import assert_equal
from tests.graph.models import small_convnet
from tests.graph.operators import single_layers_of
from tests.graph.shared import INT8, shared_model
from tests.measure.tools import assert_no_warnings, require

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.firmware import Compiler
from sensorsmith.graph import Graph, interpret_batch, read_tflite

TARGET = "cortex-m0plus"
LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD")
REFUSED = ("too much for 32 bits at its scale", "does not begin with a batch of 1")
REF = {"depthwise, wide window"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(list(CASES.values()), tmp_path_factory.mktemp("armv6m"), TARGET)


@pytest.mark.parametrize("name", CASES)
def test_c_equals_the_interpreter(name: str, library: Library) -> None:
    x = inputs(CASES[name], 20)
    computed = library.predict(list(CASES).index(name), x)
    np.testing.assert_array_equal(computed, interpret_batch(CASES[name], x))


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("corner")])
def test_variants(name: str) -> None:
    (layer,) = compile_graph(CASES[name], "m", TARGET).report.layers
    assert layer.variant == ("ref" if name in REF else "armv6m")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_assembly_equals_the_interpreter_in_a_constant_number_of_instructions(compiler: Compiler) -> None:
    require(compiler, TARGET)
    require("unicorn", TARGET)
    emitted = assert_equal(list(CASES.values()), TARGET, compiler, emulator="unicorn")
    assert_no_warnings(emitted, TARGET, compiler)


@pytest.mark.parametrize("graph", [motion_net(), small_convnet()], ids=["motion", "all operators"])
def test_networks(graph: Graph) -> None:
    assert run_emulated(graph, TARGET, "unicorn", "gcc").constant


# Executed instructions of one inference with gcc 12: see docs/why/kernels-armv6m.md.
MOST_INSTRUCTIONS = {"kws": 8_000_000, "ad": 930_000, "sww": 2_300_000}


@pytest.mark.parametrize("name", MOST_INSTRUCTIONS)
def test_mlperf_models(name: str) -> None:
    run = run_emulated(read_tflite(shared_model(INT8[name])), TARGET, "unicorn", "gcc")
    assert run.constant
    assert run.counts[0].instructions <= MOST_INSTRUCTIONS[name]
    assert len({output.tobytes() for output in run.outputs}) > 1


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m", TARGET)
    except ModelError as error:
        assert any(reason in str(error) for reason in REFUSED), error
        return False
    return True


@settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
@given(graphs=st.tuples(*(single_layers_of(layer).filter(_compiles) for layer in LAYERS for _ in range(8))))
def test_random_layers_equal_the_interpreter(
    tmp_path_factory: pytest.TempPathFactory, graphs: tuple[Graph, ...]
) -> None:
    library = Library(graphs, tmp_path_factory.mktemp("random"), TARGET)
    for index, graph in enumerate(graphs):
        x = inputs(graph, 5)
        np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x))
