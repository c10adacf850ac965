"""The C headers of the runtime, by the flat names under which emitted C includes them.

ss_<name>.h               runtime/ss_<name>.h
ss_<kernel>_<variant>.h   runtime/kernels/<kernel>/<variant>.h
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable

_INCLUDE = re.compile(r'^#include "(ss_\w+\.h)"$', re.MULTILINE)


def closure(names: Iterable[str]) -> dict[str, str]:
    """Text of these headers and of all that they include, sorted by name."""
    texts: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in texts:
            texts[name] = _place(name).read_text(encoding="utf-8")
            waiting += _INCLUDE.findall(texts[name])
    return dict(sorted(texts.items()))


def _place(name: str) -> Traversable:
    runtime = files("sensorsmith") / "runtime"
    shared = runtime / name
    if shared.is_file():
        return shared
    kernel, _, variant = name.removeprefix("ss_").removesuffix(".h").rpartition("_")
    return runtime / "kernels" / kernel / f"{variant}.h"
