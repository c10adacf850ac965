from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sensorsmith.base.cache import Cache, Key, code_version
from sensorsmith.base.errors import StorageError


def key(**changes: object) -> Key:
    fields = {"stage": "train", "inputs": {"features": "aa"}, "parameters": {"epochs": 3, "board": "x"}, "code": "c1"}
    return Key(**(fields | changes))  # type: ignore[arg-type]


def fill(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "weights.bin").write_bytes(b"\1\2\3")


def test_a_stage_runs_once_and_is_found_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = cache.run(key(), fill)
    second = cache.run(key(), lambda _: pytest.fail("ran again"))
    assert (first.ran, second.ran) == (True, False)
    assert first.folder == second.folder
    assert first.digest == second.digest
    assert (second.folder / "sub" / "weights.bin").read_bytes() == b"\1\2\3"
    assert first.why == "ran: never run in this project"
    assert second.why == "reused: nothing it depends on has changed"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"parameters": {"epochs": 4, "board": "x"}}, "ran: epochs changed from 3 to 4"),
        ({"inputs": {"features": "bb"}}, "ran: input features changed"),
        ({"code": "c2"}, "ran: the program text of the stage changed"),
        ({"parameters": {"epochs": 3}}, 'ran: board changed from "x" to null'),
    ],
)
def test_it_says_why_a_stage_ran(tmp_path: Path, change: dict[str, object], why: str) -> None:
    cache = Cache(tmp_path)
    cache.run(key(), fill)
    assert cache.run(key(**change), fill).why == why


def test_a_damaged_result_is_made_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    file = cache.run(key(), fill).folder / "sub" / "weights.bin"
    file.write_bytes(b"\1\2\4")
    again = cache.run(key(), fill)
    assert again.why == "ran: sub/weights.bin is damaged in its folder"
    assert file.read_bytes() == b"\1\2\3"
    file.unlink()
    assert cache.run(key(), fill).why == "ran: sub/weights.bin is missing from its folder"
    for rubbish in ("{", "null", '{"files": 3}'):
        (again.folder / "stage.json").write_text(rubbish)
        assert cache.run(key(), fill).why == "ran: its record cannot be read"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_failing_stage_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        fill(folder)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        Cache(tmp_path).run(key(), fail)
    assert [p.name for p in tmp_path.rglob("*")] == ["tmp"]


def _slowly(root: Path, marker: Path | None = None) -> None:
    def build(folder: Path) -> None:
        fill(folder)
        if marker is not None:
            marker.touch()
            time.sleep(60)
        time.sleep(0.2)

    Cache(root).run(key(), build)


def test_concurrent_runs_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_slowly, args=(tmp_path,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0] * 4
    assert len([p for p in (tmp_path / "train").iterdir() if p.is_dir()]) == 1
    assert not Cache(tmp_path).run(key(), fill).ran
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_killed_stage_is_swept_and_made_again(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    worker = multiprocessing.get_context("spawn").Process(target=_slowly, args=(tmp_path / "c", marker))
    worker.start()
    while not marker.exists():
        time.sleep(0.01)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    left = list((tmp_path / "c" / "tmp").iterdir())
    assert len(left) == 1
    assert Cache(tmp_path / "c").run(key(), fill).ran
    assert list((tmp_path / "c" / "tmp").iterdir()) == []


def test_a_long_stage_of_a_living_process_is_not_swept(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        os.utime(folder, (0, 0))
        assert Cache(tmp_path).run(key(stage="other"), fill).ran
        fill(folder)

    assert Cache(tmp_path).run(key(), build).ran


def test_text_of_any_language_is_kept_in_any_locale(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from sensorsmith.base.cache import Cache, Key\n"
        "key = Key('train', {}, {'title': '\\u00c1gnes'}, '')\n"
        "for _ in range(2): print(Cache(Path(sys.argv[1])).run(key, lambda f: None).ran)"
    )
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from sensorsmith.base.cache import Cache, Key
from sensorsmith.base.files import write_bytes
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
Cache(Path(sys.argv[1])).run(Key("train", {}, {}, ""), lambda f: write_bytes(f / "big", bytes(100_000)))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX resource limits to make writes fail")
def test_a_full_disk_is_one_clear_line_and_loses_nothing(tmp_path: Path) -> None:
    kept = Cache(tmp_path).run(key(), fill)
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=False)
    (shown,) = re.findall(r"StorageError: (\S+/big):", done.stderr)
    assert done.stderr.splitlines()[-1] == (
        f"{StorageError.__module__}.StorageError: {shown}: cannot write: file too large; "
        "free some room or choose another folder, then run again"
    )
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not Cache(tmp_path).run(key(), fill).ran
    assert kept.folder.exists()


def test_the_code_version_follows_the_program_text(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text("x = 1")
    (tmp_path / "flow.py").write_text("y = 1")
    before = code_version(tmp_path, ("room", "flow.py"))
    (tmp_path / "room" / "__pycache__").mkdir()
    (tmp_path / "room" / "__pycache__" / "a.pyc").write_text("z")
    assert code_version(tmp_path, ("flow.py", "room")) == before
    (tmp_path / "room" / "a.py").write_text("x = 2")
    assert code_version(tmp_path, ("room", "flow.py")) != before


def test_the_record_of_a_stage_names_its_files(tmp_path: Path) -> None:
    folder = Cache(tmp_path).run(key(), fill).folder
    record = json.loads((folder / "stage.json").read_text())
    assert list(record["files"]) == ["sub/weights.bin"]
    assert record["key"]["parameters"] == {"epochs": 3, "board": "x"}
