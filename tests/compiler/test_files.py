from __future__ import annotations

import errno
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compiler.models import tiny

from sensorsmith.base import files
from sensorsmith.base.errors import BoardError, ModelError, StorageError
from sensorsmith.base.hostcc import STRICT, find_compiler
from sensorsmith.compiler import compile_graph, compile_model, default_name
from sensorsmith.graph import write_tflite


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "Tiny-1.tflite"
    path.write_bytes(write_tflite(tiny()))
    return path


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_folder_is_what_the_compiler_emits_and_builds(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    report = compile_model(model, folder, target="cortex-m4")
    emitted = compile_graph(tiny(), "tiny_1", "cortex-m4")
    assert report == emitted.report
    assert contents(folder) == emitted.files
    assert [path.name for path in folder.parent.iterdir()] == ["b"], "nothing else is left behind"
    sources = [str(path) for path in folder.glob("*.c")]
    done = subprocess.run([*find_compiler(), *STRICT, "-c", *sources], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_older_result_is_replaced_and_other_files_are_kept(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    compile_model(model, folder, name="net")
    expected = contents(folder)
    (folder / "main.c").write_text("int main(void) { return 0; }\n")
    for name in ("net.c", "ss_base.h"):
        (folder / name).write_text(expected[name] + "/* older */\n")
    compile_model(model, folder, name="net")
    assert contents(folder) == expected | {"main.c": "int main(void) { return 0; }\n"}
    compile_model(model, folder, name="other")
    assert contents(folder).keys() == expected.keys() | {"main.c", "other.c", "other.h"}


def test_the_present_folder(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing may be written beside it."""
    folder = tmp_path / "home" / "me"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o555)
    monkeypatch.chdir(folder)
    compile_model(model, ".")
    assert contents(folder) == compile_graph(tiny(), "tiny_1").files


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.write_text("int main(void) { return 0; }\n")])
def test_what_somebody_else_wrote_is_not_overwritten(model: Path, tmp_path: Path, make) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    make(folder / "main.c")
    with pytest.raises(StorageError) as caught:
        compile_model(model, folder, name="main")
    assert str(caught.value) == (
        f"{folder / 'main.c'}: a file of this name that sensorsmith has not made is in the way; "
        "choose another folder or another name"
    )
    assert [path.name for path in folder.iterdir()] == ["main.c"]


@pytest.mark.parametrize("place", ["file", "file/below/it"])
def test_a_file_in_the_place_of_the_folder(model: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageError) as caught:
        compile_model(model, tmp_path / place)
    assert str(caught.value) == f"{tmp_path / 'file'}: this is a file, not a folder; choose another folder"
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("existing", [False, True])
def test_a_full_disk_leaves_everything_as_it_was(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool
) -> None:
    folder = tmp_path / "c"
    if existing:
        compile_model(model, folder)
        (folder / "tiny_1.c").write_text("/* Made by sensorsmith; changes will be lost. */")
    before = contents(folder) if existing else None
    written = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageError, match="no space left on device"):
        compile_model(model, folder)
    assert (contents(folder) if folder.exists() else None) == before
    assert {path.name for path in tmp_path.iterdir()} == {model.name} | ({"c"} if existing else set())


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (
            "string",
            "string.h would hide a header of C or of the runtime, or a device of Windows; use another name",
        ),
        (
            "9lives",
            "'9lives' cannot begin names in C; use lower-case letters, digits and underscores, a letter first, "
            "and not ss_, the runtime's own",
        ),
    ],
)
def test_names_that_are_unfit(model: Path, tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(ModelError) as caught:
        compile_model(model, tmp_path / "c", name=name)
    assert str(caught.value) == what
    assert not (tmp_path / "c").exists()


def test_an_unknown_target(model: Path, tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="there is no target 'z80'; use one of host, "):
        compile_model(model, tmp_path / "c", target="z80")
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("some/Kws-01 (int8).tflite", "kws_01_int8"),
        ("model.tflite", "model"),
        ("8bit.tflite", "model_8bit"),
        ("signal.tflite", "model_signal"),
        ("ss_net.tflite", "model_ss_net"),
        ("模型.tflite", "model"),
        ("x" * 99 + ".tflite", "x" * 40),
    ],
)
def test_the_name_is_made_from_that_of_the_file(file: str, name: str) -> None:
    assert default_name(file) == name


@given(st.text(min_size=1, max_size=80).filter(lambda text: "/" not in text and "\0" not in text))
def test_any_file_name_gives_a_name_that_is_fit(text: str) -> None:
    compile_graph(tiny(), default_name(text))
