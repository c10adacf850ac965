"""Models written by hand: what they execute and use is known exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.compiler.models import tiny

from sensorsmith.compiler import Emitted, compile_graph

INPUTS = np.arange(-12, 12, dtype=np.int8).reshape(3, 8)


def handwritten(infer: str, before: str = "", *, signature: str = "") -> Emitted:
    """A model of 8 values to 2.

    Args:
        infer: body of NAME_infer(input, output).
        before: C in front of it.
        signature: attributes of it.
    """
    emitted = compile_graph(tiny(), "hand")
    head = f'#include "hand.h"\n{before}\n{signature} int hand_infer(const int8_t *input, int8_t *output)\n'
    return replace(emitted, files={**emitted.files, "hand.c": head + "{\n" + infer + "\n}\n"})


ECHO = "output[0] = input[0];\noutput[1] = input[1];\nreturn 0;"

LOOP = """
__attribute__((naked, noinline)) static void hand_loop(void)
{
    __asm__ volatile("movs r0, #5\\n1: subs r0, #1\\nbne 1b\\nbx lr" ::: "r0", "cc");
}
"""
"""12 instructions: 1, five times 2 of which the last is taken four times, and 1."""
