from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sensorsmith.graph import integers
from sensorsmith.graph.flatbuffer import Layout, Record, Source, build
from sensorsmith.graph.integers import EVALUATE
from sensorsmith.graph.raw import RawOperator
from sensorsmith.graph.schema import OPERATOR, OPERATOR_NAMES

LAYOUTS: dict[str, Layout] = {
    "ADD": integers._ACTIVATION,
    "SUB": integers._ACTIVATION,
    "MUL": integers._ACTIVATION,
    "CONCATENATION": integers._CONCATENATION,
    "GATHER": integers._GATHER,
    "PACK": integers._PACK,
    "REDUCE_PROD": integers._REDUCE,
    "STRIDED_SLICE": integers._STRIDED_SLICE,
}


def evaluate(name: str, *operands: Any, **options: Any) -> Any:
    record = Record(OPERATOR, {"builtin_options": Record(LAYOUTS.get(name, {}), options)})
    table = Source(build(record, b"TEST")).root(OPERATOR, b"TEST", "operator")
    operator = RawOperator("operator", "layer 0", OPERATOR_NAMES.index(name), name, (), (), table)
    return np.asarray(EVALUATE[name](operator, [np.array(x, object) for x in operands])).tolist()


@pytest.mark.parametrize(
    ("name", "operands", "options", "result"),
    [
        ("ADD", [[1, 2], 3], {}, [4, 5]),
        ("SUB", [[1, 2], [3, 1]], {}, [-2, 1]),
        ("MUL", [2**31 - 1, 2**31 - 1], {}, (2**31 - 1) ** 2),
        ("CAST", [[1, 2]], {}, [1, 2]),
        ("CONCATENATION", [[1], [2, 3]], {"axis": -1}, [1, 2, 3]),
        ("GATHER", [[7, 8, 9], [2, 0]], {}, [9, 7]),
        ("GATHER", [[7, 8, 9], 1], {"axis": -1}, 8),
        ("PACK", [1, 2, 3], {"values_count": 3}, [1, 2, 3]),
        ("PACK", [[1, 2], [3, 4]], {"values_count": 2, "axis": 1}, [[1, 3], [2, 4]]),
        ("REDUCE_PROD", [[2, 3, 4], [0]], {}, 24),
        ("REDUCE_PROD", [[2, 3, 4], 0], {"keep_dims": True}, [24]),
        ("SLICE", [[5, 6, 7], [1], [1]], {}, [6]),
        ("SLICE", [[5, 6, 7], [1], [-1]], {}, [6, 7]),
        ("STRIDED_SLICE", [[5, 6, 7], [0], [1], [1]], {"shrink_axis_mask": 1}, 5),
        ("STRIDED_SLICE", [[5, 6, 7], [-1], [0], [1]], {"shrink_axis_mask": 1}, 7),
        ("STRIDED_SLICE", [[5, 6, 7], [1], [3], [1]], {}, [6, 7]),
        ("STRIDED_SLICE", [[5, 6, 7], [1], [2], [1]], {"begin_mask": 1}, [5, 6]),
        ("STRIDED_SLICE", [[5, 6, 7], [1], [2], [1]], {"end_mask": 1}, [6, 7]),
        ("STRIDED_SLICE", [[5, 6, 7], [0], [0], [-1]], {"begin_mask": 1, "end_mask": 1}, [7, 6, 5]),
        ("STRIDED_SLICE", [[5, 6, 7], [0], [-1], [2]], {}, [5]),
    ],
)
def test_results(name: str, operands: list[Any], options: dict[str, Any], result: Any) -> None:
    assert evaluate(name, *operands, **options) == result


@pytest.mark.parametrize(
    ("name", "operands", "options"),
    [
        ("ADD", [[1, 2], [3, 4, 5]], {}),
        ("ADD", [1, 2, 3], {}),
        ("ADD", [1, 2], {"fused_activation_function": 1}),
        ("CAST", [1, 2], {}),
        ("CONCATENATION", [[1], 2], {}),
        ("CONCATENATION", [[1], [2]], {"axis": 7}),
        ("CONCATENATION", [[1], [2]], {"fused_activation_function": 1}),
        ("GATHER", [[7, 8, 9], [3]], {}),
        ("GATHER", [[7, 8, 9], [-1]], {}),
        ("GATHER", [[7, 8, 9], [0]], {"batch_dims": 1}),
        ("PACK", [[1], [2, 3]], {}),
        ("REDUCE_PROD", [[2, 3, 4], [1]], {}),
        ("SLICE", [[5, 6, 7], [2], [2]], {}),
        ("SLICE", [[5, 6, 7], [-1], [1]], {}),
        ("SLICE", [[[5, 6, 7]], [0], [1]], {}),
        ("STRIDED_SLICE", [[5, 6, 7], [3], [4], [1]], {"shrink_axis_mask": 1}),
        ("STRIDED_SLICE", [[5, 6, 7], [0], [3], [0]], {}),
        ("STRIDED_SLICE", [[5, 6, 7], [0], [3], [1]], {"ellipsis_mask": 1}),
        ("STRIDED_SLICE", [[5, 6, 7], [0], [3], [1]], {"new_axis_mask": 1}),
        ("STRIDED_SLICE", [[[5, 6, 7]], [0, 0], [1, 1], [1, 1]], {}),
    ],
)
def test_operands_that_do_not_fit(name: str, operands: list[Any], options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, IndexError, TypeError)):
        evaluate(name, *operands, **options)
