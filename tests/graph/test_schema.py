from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.graph.models import small_convnet

from sensorsmith.graph import integers, write_tflite
from sensorsmith.graph.flatbuffer import Layout
from sensorsmith.graph.ops import FAMILIES
from sensorsmith.graph.schema import (
    BUFFER,
    DTYPES,
    FLOAT16,
    FLOAT32,
    INT8,
    INT32,
    INT64,
    MODEL,
    OPERATOR,
    OPERATOR_CODE,
    OPERATOR_NAMES,
    QUANTIZATION,
    SUBGRAPH,
    TENSOR,
    TYPE_NAMES,
    UINT8,
    operator_name,
    type_name,
)

generated = pytest.importorskip(
    "tflite_micro.tensorflow.lite.micro.python.schema_py_generated", reason="the tflite-micro wheel is not installed"
)
SOURCE = Path(generated.__file__).read_text()
TABLES: dict[str, Layout] = {
    "Model": MODEL,
    "OperatorCode": OPERATOR_CODE,
    "SubGraph": SUBGRAPH,
    "Tensor": TENSOR,
    "QuantizationParameters": QUANTIZATION,
    "Operator": OPERATOR,
    "Buffer": BUFFER,
    "ConcatenationOptions": integers._CONCATENATION,
    "GatherOptions": integers._GATHER,
    "PackOptions": integers._PACK,
    "ReducerOptions": integers._REDUCE,
    "StridedSliceOptions": integers._STRIDED_SLICE,
    **{name: f.options for f in FAMILIES for name, n in vars(generated.BuiltinOptions).items() if n == f.options_type},
}


@pytest.mark.parametrize("table", TABLES)
def test_fields_have_the_slots_and_defaults_of_the_schema(table: str) -> None:
    pattern = rf"def {table}Add(\w+)\(builder, \w+\):\s+builder\.Prepend\w+Slot\((\d+),.* (\S+)\)\n"
    official = {name: (int(slot), default) for name, slot, default in re.findall(pattern, SOURCE)}
    for name, field in TABLES[table].items():
        camel = "".join(part.capitalize() for part in name.split("_"))
        slot, default = official[camel]
        assert (field.slot, field.default) == (slot, float(default)), name


def test_operators_have_the_names_and_codes_of_the_schema() -> None:
    official = {n: name for name, n in vars(generated.BuiltinOperator).items() if isinstance(n, int)}
    assert dict(enumerate(OPERATOR_NAMES)) == official
    assert {n: name for f in FAMILIES for n, name in f.codes.items()}.items() <= official.items()


def test_types_have_the_codes_of_the_schema() -> None:
    official = {n: name.lower() for name, n in vars(generated.TensorType).items() if isinstance(n, int)}
    assert DTYPES.items() <= official.items()
    assert dict(enumerate(TYPE_NAMES)) == {n: name for n, name in official.items() if n < len(TYPE_NAMES)}
    codes = {"float32": FLOAT32, "float16": FLOAT16, "int32": INT32, "uint8": UINT8, "int64": INT64, "int8": INT8}
    assert {number: name for name, number in codes.items()}.items() <= official.items()


def test_types_beyond_the_table_go_by_their_number() -> None:
    assert [type_name(n) for n in (-1, 0, 9, 10)] == ["type -1", "float32", "int8", "type 10"]


def test_operators_beyond_the_table_go_by_their_number() -> None:
    assert [operator_name(n) for n in (-1, 0, 150, 999)] == ["number -1", "ADD", "GELU", "number 999"]


def test_the_official_reader_reads_what_we_write() -> None:
    model = generated.ModelT.InitFromObj(generated.Model.GetRootAs(write_tflite(small_convnet()), 0))
    subgraph = model.subgraphs[0]
    assert (model.version, subgraph.name, len(subgraph.operators)) == (3, b"main", 9)
    pool = subgraph.operators[5].builtinOptions
    assert (pool.filterHeight, pool.filterWidth, pool.strideH, pool.strideW, pool.padding) == (2, 2, 1, 2, 0)
    image = subgraph.tensors[subgraph.operators[1].inputs[0]]
    assert (image.shape.tolist(), image.type, image.buffer) == ([1, 6, 5, 2], 9, 0)
    assert image.quantization.zeroPoint.tolist() == [3]
