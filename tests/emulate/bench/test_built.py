"""The parts in C: without warnings, built once, and named where they cannot be built."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from sensorsmith.base import hostcc
from sensorsmith.base.errors import MissingTool, ToolFailed
from sensorsmith.emulate.bench import built


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(built, "cache_folder", lambda: tmp_path / "cache")


def test_the_plugin_is_built_once_for_each_interface_of_qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = built.qemu_plugin("7.2.22"), built.qemu_plugin("10.0.2")
    assert old != new and built.qemu_plugin("8.2.1") == old and built.qemu_plugin("9.0.0") == new
    monkeypatch.setattr(hostcc, "find_compiler", lambda: pytest.fail("it was built already"))
    assert built.qemu_plugin("7.2.22") == old
    assert {path.name for path in old.parent.iterdir()} == {old.name, new.name}


def test_simavr_is_named_where_its_headers_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {"worker_simavr.c": "#include <simavr/no_such_header.h>\nint main(void) { return 0; }\n"}
    monkeypatch.setattr(built, "_sources", lambda *_: sources)
    with pytest.raises(MissingTool) as caught:
        built.simavr_worker()
    assert str(caught.value) == (
        "the emulator simavr is not installed; install it (Debian: apt-get install libsimavr-dev)"
    )


def test_another_mistake_is_none_of_simavrs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built, "_sources", lambda *_: {"worker_simavr.c": "not C\n"})
    with pytest.raises(ToolFailed, match=r"the C compiler refused generated code: worker_simavr\.c:1:"):
        built.simavr_worker()


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("name", ["qemu_plugin.c", "worker_simavr.c"])
def test_the_own_c_has_no_warnings(name: str, compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None or (name == "worker_simavr.c" and shutil.which("simavr") is None):
        pytest.skip(f"{compiler} or simavr is not installed")
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Wshadow", "-Werror", "-DSS_PLUGIN_API=1"]
    source = str(files("sensorsmith").joinpath("emulate", name))
    done = subprocess.run(
        [compiler, *flags, "-c", source, "-o", str(tmp_path / "o")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_licence_stays_where_it_is() -> None:
    """What meets an emulator of another licence is MIT-licensed; MIT texts begin with their name."""
    for name in ("qemu_plugin.c", "counting.h", "worker_simavr.c", "worker_unicorn.py"):
        assert "SPDX-License-Identifier: MIT" in files("sensorsmith").joinpath("emulate", name).read_text()[:60]
