"""Content hashes: what a stage is keyed by, and what evidence is checked against."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def hash_bytes(data: bytes) -> str:
    """SHA-256 of `data`, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces so that its size does not matter."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: Any) -> str:
    """One text per JSON value: sorted keys, no spaces, NaN refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def hash_json(value: Any) -> str:
    """SHA-256 of the canonical JSON text of `value`."""
    return hash_bytes(canonical_json(value).encode())


def hash_tree(files: Iterable[Path], root: Path) -> str:
    """SHA-256 over the relative names and contents of files, whatever order they come in."""
    return hash_json({path.relative_to(root).as_posix(): hash_file(path) for path in files})
