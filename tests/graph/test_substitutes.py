from __future__ import annotations

import re

import pytest

from sensorsmith.graph.ops import BY_CODE, SUPPORTED
from sensorsmith.graph.schema import OPERATOR_NAMES
from sensorsmith.graph.substitutes import SUBSTITUTES, substitute_for

NAMES = {name for family in BY_CODE.values() for name in family.codes.values()}


@pytest.mark.parametrize("name", sorted(SUBSTITUTES))
def test_a_substitute_is_of_what_is_supported(name: str) -> None:
    assert name in OPERATOR_NAMES
    assert name not in NAMES
    mentioned = set(re.findall(r"[A-Z][A-Z0-9_]{2,}", SUBSTITUTES[name].todo)) - {"SELECT_TF_OPS"}
    assert mentioned <= NAMES


@pytest.mark.parametrize(
    ("name", "custom", "reason", "todo"),
    [
        ("GELU", False, "TFLite Micro does not have it", "use HARD_SWISH or RELU"),
        ("NEG", False, "TFLite Micro does not have it in int8", "use SUB from a constant 0, or MUL by a constant -1"),
        (
            "STABLEHLO_ADD",
            False,
            "it is of another set of operators",
            "convert the model to TFLite's builtin operators",
        ),
        ("FlexErf", True, "it needs TensorFlow itself", "convert without SELECT_TF_OPS"),
        (
            "SignalFilterBank",
            True,
            "it computes features of sound",
            "leave the features to a feature block in front of the model",
        ),
        ("Mine", True, "it is the model's own", f"rebuild the model from {SUPPORTED}"),
        ("CAST", False, "", f"rebuild the model from {SUPPORTED}"),
    ],
)
def test_what_comes_nearest(name: str, custom: bool, reason: str, todo: str) -> None:
    assert substitute_for(name, custom, SUPPORTED) == (reason, todo)
