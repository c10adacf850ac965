"""Functions of a compiler's library that must not be in an image.

They compute what the processor has no instruction for, and take a number of instructions that depends on the data.
"""

from __future__ import annotations

import re

from sensorsmith.firmware.elf import Elf

_FORBIDDEN = re.compile(
    r"__aeabi_(lmul|u?ldivmod|u?idiv(mod)?|lasr|llsl|llsr|[fd]\w+|[iul]+2[fd])"  # Arm: 64 bits, division, floats
    r"|__(mul|div|udiv|mod|umod|divmod|udivmod|ashr|ashl|lshr)(di|ti)\d"  # 64 bits and more
    r"|__(div|udiv|mod|umod|divmod|udivmod)[qhs]i\d"  # division
    r"|__\w+[sd]f\d?(si|di)?"  # floats
)


def forbidden_helpers(program: Elf) -> tuple[str, ...]:
    """Names of the helper functions for 64-bit numbers, division and floats that are linked into an image."""
    return tuple(s.name for s in program.symbols if s.function and _FORBIDDEN.fullmatch(s.name))
