"""Models written by hand: what they execute and use is known exactly."""

from __future__ import annotations

from dataclasses import replace

from tests.compiler.models import tiny

from sensorsmith.compiler import Emitted, compile_graph


def handwritten(infer: str, before: str = "", target: str = "cortex-m4") -> Emitted:
    """A model of 8 values to 2 of which `infer` is the body of NAME_infer(input, output).

    Args:
        before: C in front of it.
    """
    emitted = compile_graph(tiny(), "hand", target)
    source = f'#include "hand.h"\n{before}\nint hand_infer(const int8_t *input, int8_t *output)\n{{\n{infer}\n}}\n'
    return replace(emitted, files={**emitted.files, "hand.c": source})


ECHO = "output[0] = input[0];\noutput[1] = input[1];\nreturn 0;"
