"""Frama-C's value analysis of the register file, the serial line and what follows the model: all that may happen."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from tests import tiny
from tests.compiler.proof import Proof, prove
from tests.interface.device import LABELS, MODEL_ID

from sensorsmith.interface import emit_c

_MAIN = Path(__file__).with_name("proof_main.c").read_text(encoding="utf-8")
_FILES = {
    "interface": ("ss_hold.h", "ss_registers.c", "ss_registers.h", "ss_uart.c", "ss_uart.h"),
    "post": ("ss_post.h",),
}


def sources() -> dict[str, str]:
    """The C that is analysed, by file."""
    runtime = files("sensorsmith") / "runtime"
    found = {name: (runtime / room / name).read_text() for room, names in _FILES.items() for name in names}
    return found | emit_c(tiny.SENSOR, LABELS, MODEL_ID)


def prove_interface(target: str, changed: dict[str, str] | None = None) -> Proof:
    """One step of bus, serial line or sensor, from any state, as on the machine of a target.

    Every step begins with any content of the map and any state of a transaction, so that all traffic is covered, of any
    length. What `ss_choose` gives is taken from its contract: one of its two arguments.
    """
    return prove(sources() | (changed or {}), _MAIN, target, ["-warn-invalid-pointer", "-eva-use-spec", "ss_choose"])
