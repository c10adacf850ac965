"""Names that generated files must not have."""

from __future__ import annotations

import re

# Windows cannot store the first, and the rest would hide headers of C.
_TAKEN = frozenset({
    "con", "prn", "aux", "nul", "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits",
    "locale", "math", "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio",
    "stdlib", "stdnoreturn", "string", "tgmath", "threads", "time", "uchar", "wchar", "wctype",
})  # fmt: skip


def is_taken(name: str) -> bool:
    """Whether NAME.c and NAME.h would hide a header of C or of our runtime, or a device of Windows.

    Args:
        name: in lower case.
    """
    return name in _TAKEN or re.fullmatch(r"(com|lpt)\d|ss[-_].*", name) is not None
