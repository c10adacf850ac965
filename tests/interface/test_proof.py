"""No traffic of a host, and no result of a model, makes the interface touch what is not its own."""

from __future__ import annotations

import pytest
from tests.compiler.proof import version
from tests.interface.proof import prove_interface, sources

pytestmark = pytest.mark.skipif(version() is None, reason="frama-c is not installed")


@pytest.mark.parametrize("target", ["host", "cortex-m4", "avr"])
def test_nothing_is_open(target: str) -> None:
    proof = prove_interface(target)
    assert proof.alarms == ()
    assert proof.reached == proof.statements > 400


@pytest.mark.parametrize(
    ("file", "right", "wrong", "kind"),
    [
        ("ss_registers.c", "& (SS_BLOCK_MAXIMUM - 1u)];", "];", "index_bound"),
        ("ss_registers.c", "i < size ? content[i] : 0", "content[i]", "mem_access"),
        ("ss_registers.c", "& 15u);", ");", "shift"),
        ("ss_uart.c", "    u->size = 0;\n    if (expected", "    if (expected", "user assertion"),
        ("ss_post.h", "ss_choose(sure, best, 0)", "candidate", "index_bound"),
    ],
)
def test_each_kind_of_mistake_is_found(file: str, right: str, wrong: str, kind: str) -> None:
    text = sources()[file]
    assert right in text
    assert kind in {alarm.kind for alarm in prove_interface("host", {file: text.replace(right, wrong)}).alarms}
