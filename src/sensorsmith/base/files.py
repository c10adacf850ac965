"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sensorsmith.base.errors import StorageError

# Errors that mean "no room or no right to write here"; anything else is a bug and keeps its traceback.
_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into one clear line."""
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE:
            raise
        forbidden = error.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
        todo = "choose another folder" if forbidden else "free some room or choose another folder, then run again"
        reason = os.strerror(error.errno).lower()
        raise StorageError(f"cannot write: {reason}", where=str(path), todo=todo) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file through a temporary name beside it.

    Raises:
        StorageError: the disk is full or the folder forbidden; `path` keeps its old content.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with `\\n` line ends, whole or not at all."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON with sorted keys, so that equal values give equal bytes."""
    write_text(path, json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def remove_tree(path: Path) -> None:
    """Remove a folder; one that is already gone, or that another process is removing, is no error."""
    shutil.rmtree(path, ignore_errors=True)


def cache_folder() -> Path:
    """Where this system's users keep what can be fetched again."""
    home = Path.home()
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = home / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return root / "sensorsmith"
