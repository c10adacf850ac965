"""From a .tflite file to a folder of C."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sensorsmith.base.errors import ModelError, StorageError
from sensorsmith.base.files import remove_tree, storage_errors, write_text
from sensorsmith.base.names import is_taken
from sensorsmith.compiler.compile import Emitted, compile_graph
from sensorsmith.compiler.emit import MADE_BY
from sensorsmith.compiler.report import CompileReport
from sensorsmith.graph import Graph, read_tflite

_LARGEST_FILE = 64 << 20


def compile_model(
    model: Path | str,
    folder: Path | str,
    *,
    name: str | None = None,
    target: str = "host",
    ram_budget: int | None = None,
) -> CompileReport:
    """Compile a .tflite file into a folder that any C11 compiler builds: `cc -c FOLDER/*.c`; NAME.h is the interface.

    A new folder appears whole or not at all. In one that exists, each file is replaced whole, and files that
    Sensorsmith has not made stay as they are.

    Args:
        name: begins every name in the C; default: `default_name` of the file.
        target: an instruction set of `VARIANTS`.
        ram_budget: see `compile_graph`.

    Raises:
        ModelError: the file cannot be read, or is not a model that the compiler supports; or the name is unfit; or
            no arena fits the budget.
        BoardError: there is no such target.
        StorageError: the folder cannot be written, or a file in it that Sensorsmith has not made is in the way.
    """
    folder = Path(folder)
    emitted = compile_file(model, name, target, ram_budget=ram_budget)
    _check_room(folder, emitted.files)
    _write(folder.resolve(), emitted.files)
    return emitted.report


def compile_file(
    model: Path | str, name: str | None = None, target: str = "host", *, ram_budget: int | None = None
) -> Emitted:
    """Compile a .tflite file; see `compile_model`, which also writes."""
    name = default_name(model) if name is None else name
    if is_taken(name):
        raise ModelError(
            f"{name}.h would hide a header of C or of the runtime, or a device of Windows", todo="use another name"
        )
    return compile_graph(read_model(model), name, target, ram_budget=ram_budget)


def read_model(path: Path | str) -> Graph:
    """Read a .tflite file.

    Raises:
        ModelError: there is none, or it is not a model that the compiler supports.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _LARGEST_FILE else b""
    except OSError as error:
        raise ModelError(f"cannot read the model: {error.strerror}", where=str(path), todo="check the path") from error
    if size > _LARGEST_FILE:
        raise ModelError(f"the model has {size} bytes", where=str(path), todo="use one of at most 64 MiB")
    return read_tflite(data)


def default_name(model: Path | str) -> str:
    """The file's name as a name in C: `Kws-01 (int8).tflite` becomes `kws_01_int8`."""
    name = re.sub(r"[^a-z0-9]+", "_", Path(model).stem.lower()).strip("_")[:40].rstrip("_")
    return name if re.match("[a-z]", name) and not is_taken(name) else f"model_{name}".rstrip("_")


def _check_room(folder: Path, files: Mapping[str, str]) -> None:
    """Refuse a place that is no folder, and to overwrite what somebody else wrote."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise StorageError("this is a file, not a folder", where=str(there), todo="choose another folder")
    for name in files:
        path = folder / name
        if path.exists() and not _is_ours(path):
            raise StorageError(
                "a file of this name that sensorsmith has not made is in the way",
                where=str(path),
                todo="choose another folder or another name",
            )


def _is_ours(path: Path) -> bool:
    if path.name.startswith("ss_"):  # the runtime's own prefix
        return path.is_file()
    with storage_errors(path):
        return path.is_file() and MADE_BY.encode() in path.read_bytes()[:400]


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write everything elsewhere on the same disk first, so that a full one leaves the folder as it was."""
    with storage_errors(folder):
        exists = folder.exists()
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder if exists else folder.parent))
        try:
            for name, text in files.items():
                write_text(work / name, text)
            if exists:
                for name in sorted(files, key=lambda name: (not name.startswith("ss_"), name)):
                    (work / name).replace(folder / name)
            else:
                work.chmod(0o755)
                work.rename(folder)
        finally:
            remove_tree(work)
