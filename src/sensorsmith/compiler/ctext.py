"""Values as C text: numbers, arrays, comments."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

_WIDTH = 116
_NAME = 72


def array(data: npt.NDArray[np.generic]) -> str:
    """The elements in memory order, in aligned columns, indented by four; where rows are short, lines end with them."""
    flat = data.ravel()
    width = max(len(str(int(end))) for end in (flat.min(), flat.max()))
    fit = _WIDTH // (width + 2)
    per_line = fit - fit % data.shape[-1] or fit
    # Line by line, so that there are never as many objects as weights.
    lines = (flat[i : i + per_line].tolist() for i in range(0, len(flat), per_line))
    return ",\n".join("    " + ", ".join(str(value).rjust(width) for value in line) for line in lines)


def rows(texts: list[str], per_line: int) -> str:
    """Initialisers, so many on a line, indented by four."""
    lines = (texts[i : i + per_line] for i in range(0, len(texts), per_line))
    return ",\n".join("    " + ", ".join(line) for line in lines)


def real(value: float) -> str:
    """A float literal that reads back as the same float32."""
    text = str(np.float32(value))
    return f"{text}f" if set(text) & set(".e") else f"{text}.0f"


def shape(dims: Iterable[int]) -> str:
    return "(" + ", ".join(map(str, dims)) + ")"


def comment(text: str) -> str:
    """Text that can stand inside a comment: names of tensors come from the model's file."""
    short = text if len(text) <= _NAME else text[: _NAME - 3] + "..."
    printable = "".join(c if c.isascii() and c.isprintable() else "?" for c in short)
    return printable.replace("*/", "* /").replace("/*", "/ *")
