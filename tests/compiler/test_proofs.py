"""Frama-C on three small models; benchmarks/prove_c.py has the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.compiler.models import corner_cases, tiny
from tests.compiler.proof import lemmas, prove_lemma, prove_model, version
from tests.compiler.variants.test_armv7em import CASES

from sensorsmith.compiler import Emitted, compile_graph

pytestmark = pytest.mark.skipif(version() is None, reason="frama-c is not installed")


def _tiny(target: str = "host") -> Emitted:
    return compile_graph(tiny(), "m", target)


@pytest.mark.parametrize(
    ("emitted", "variant"),
    [
        (_tiny(), "ref"),
        (_tiny("avr"), "avr"),
        (compile_graph(CASES["depthwise 3x3, strided"], "m", "cortex-m4"), "armv7em"),
        (compile_graph(corner_cases()["dense, scale per channel"], "m", "cortex-m0plus"), "armv6m"),
    ],
    ids=["plain C", "16 bits", "Cortex-M4", "Cortex-M0+"],
)
def test_nothing_is_open(emitted: Emitted, variant: str) -> None:
    proof = prove_model(emitted)
    assert proof.open == ()
    assert proof.reached > 70
    assert variant in {layer.variant for layer in emitted.report.layers}


def test_what_softmax_relies_on() -> None:
    emitted = _tiny()
    assert {alarm.claim.split(":")[0] for alarm in prove_model(emitted).alarms} == {
        "less_than_the_largest",
        "sum_of_exponentials",
    }
    needed = lemmas(emitted)
    assert set(needed) == {"softmax_reciprocal", "softmax_exp -62 1073741824 25"}
    assert prove_lemma(emitted, *needed["softmax_exp -62 1073741824 25"]).alarms == ()


@pytest.mark.parametrize(
    ("file", "right", "wrong", "kind"),
    [
        ("ss_fully_connected_ref.h", "i < inputs", "i <= inputs", "pointer_value"),
        ("ss_fully_connected_ref.h", "o < outputs", "o <= outputs", "mem_access"),
        (
            "ss_conv2d_ref.h",
            "int32_t sum = SS_READ_32(&bias[o])",
            "int32_t sum; sum += SS_READ_32(&bias[o])",
            "initialization",
        ),
        ("ss_fixed.h", "(x + (int32_t)(unit >> 1)", "(x + INT32_MAX", "signed_overflow"),
        ("ss_fixed.h", ">> n;", ">> (n + 32);", "shift"),
    ],
)
def test_each_kind_of_mistake_is_found(file: str, right: str, wrong: str, kind: str) -> None:
    emitted = _tiny()
    assert right in emitted.files[file]
    broken = replace(emitted, files=emitted.files | {file: emitted.files[file].replace(right, wrong, 1)})
    assert kind in {alarm.kind for alarm in prove_model(broken).open}
