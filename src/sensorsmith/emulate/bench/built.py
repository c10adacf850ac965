"""The parts of ours that are in C: built on this machine when they are first needed, and kept in the cache."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from sensorsmith.base import hostcc
from sensorsmith.base.errors import MissingTool, ToolFailed
from sensorsmith.base.files import cache_folder, storage_errors
from sensorsmith.base.hashing import hash_bytes

_FLAGS = ("-std=c11", "-O2")


def qemu_plugin(version: str) -> Path:
    """The counting plugin for a version of QEMU: `7.2.22`.

    Raises:
        MissingTool: there is no C compiler.
        ToolFailed: it refused the plugin.
        StorageError: the cache cannot be written.
    """
    api = 1 if int(version.split(".")[0]) < 9 else 2
    sources = _sources("qemu_plugin.c", "counting.h")
    return _kept("qemu-plugin", sources, (*_FLAGS, f"-DSS_PLUGIN_API={api}"), hostcc.build_shared)


def simavr_worker() -> Path:
    """The program that runs and counts on simavr.

    Raises:
        MissingTool: there is no C compiler, or no simavr.
        ToolFailed: it refused the program.
        StorageError: the cache cannot be written.
    """
    sources = _sources("worker_simavr.c", "counting.h")
    try:
        return _kept("worker-simavr", sources, (*_FLAGS, "-lsimavr"), hostcc.build_program)
    except ToolFailed as error:
        if "simavr/" in error.what or "-lsimavr" in error.what:
            raise MissingTool(
                "the emulator simavr is not installed", todo="install it (Debian: apt-get install libsimavr-dev)"
            ) from error
        raise


def _sources(*names: str) -> dict[str, str]:
    folder = files("sensorsmith").joinpath("emulate")
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def _kept(
    name: str,
    sources: Mapping[str, str],
    flags: tuple[str, ...],
    build: Callable[[Mapping[str, str], Path, tuple[str, ...]], Path],
) -> Path:
    kept = cache_folder() / f"{name}-{hash_bytes(repr((sources, flags)).encode())[:16]}"
    if not kept.exists():
        with storage_errors(kept), tempfile.TemporaryDirectory(prefix="sensorsmith-") as folder:
            built = build(sources, Path(folder), flags)
            kept.parent.mkdir(parents=True, exist_ok=True)
            # Others may be doing the same: it appears whole or not at all.
            Path(shutil.copy(built, kept.with_name(f".{kept.name}.{Path(folder).name}"))).replace(kept)
    return kept
