"""QEMU's counting plugin, built on this machine and kept in the cache."""

from __future__ import annotations

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from sensorsmith.base import hostcc
from sensorsmith.base.files import cache_folder, storage_errors
from sensorsmith.base.hashing import hash_bytes

_FLAGS = ("-std=c11", "-O2")


def plugin(version: str) -> Path:
    """The plugin for a version of QEMU: `7.2.22`. It is built when there is none yet, in a fraction of a second.

    Raises:
        MissingTool: there is no C compiler.
        ToolFailed: it refused the plugin.
        StorageError: the cache cannot be written.
    """
    api = 1 if int(version.split(".")[0]) < 9 else 2
    source = files("sensorsmith").joinpath("emulate", "qemu_plugin.c").read_text(encoding="utf-8")
    flags = (*_FLAGS, f"-DSS_PLUGIN_API={api}")
    name = f"qemu-plugin-{hash_bytes(repr((source, flags)).encode())[:16]}.so"
    kept = cache_folder() / name
    if not kept.exists():
        with storage_errors(kept), tempfile.TemporaryDirectory(prefix="sensorsmith-") as folder:
            built = hostcc.build_shared({"qemu_plugin.c": source}, Path(folder), flags)
            kept.parent.mkdir(parents=True, exist_ok=True)
            whole = Path(shutil.copy(built, kept.with_name(f".{name}.{Path(folder).name}")))
            whole.replace(kept)
    return kept
