"""`sensorsmith run` on the finished demo."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from tests.chain import Finished

from sensorsmith.cli import main
from sensorsmith.data import load_dataset, load_windows

pytestmark = pytest.mark.xdist_group("chain")


def run(finished: Finished, *words: str) -> Result:
    return CliRunner().invoke(main, ("run", str(finished.project.folder), *words))


def test_every_result_is_shown_as_the_host_reads_it(finished: Finished) -> None:
    result = run(finished)
    assert result.exit_code == 0, result.output
    title, *lines, summary = result.stdout.splitlines()
    assert re.fullmatch(r"Shoulder exercise sensor 0\.1\.0 on an emulated NUCLEO-L4R5ZI, fed with .+ \(\d+ s\)", title)
    assert re.fullmatch(r" +4\.00 s  [A-Z]{3}  +\d+\.\d%  VALID", lines[0])
    classes = Counter(line.split()[2] for line in lines)
    assert summary == f"{len(lines)} results: " + ", ".join(f"{n} {name}" for name, n in classes.most_common())


def test_the_results_of_a_stream_are_those_of_its_windows(finished: Finished) -> None:
    """Windows cut by numpy and judged one by one, and windows cut by the firmware from a stream."""
    dataset = load_dataset(finished.folders["data"])
    windows = load_windows(finished.folders["windows"] / "windows.npz")
    name = str(windows.recording[np.flatnonzero(windows.split == "unseen")[0]])
    told = json.loads(run(finished, "--recording", name, "--json").stdout)
    evaluation = json.loads((finished.folders["measure"] / "evaluation.json").read_text())
    assert evaluation["disagreements"] == 0
    assert told["labels"] == list(dataset.labels)
    assert len(told["results"]) == int((windows.recording == name).sum())
    assert [one["sequence"] for one in told["results"]] == list(range(1, len(told["results"]) + 1))


def test_a_file_is_fed_as_a_recording_is(finished: Finished, tmp_path: Path) -> None:
    dataset = load_dataset(finished.folders["data"])
    recording = dataset.recordings[0]
    rows = [",".join(recording.channels), *(",".join(f"{v:.9g}" for v in row) for row in recording.samples)]
    file = tmp_path / "shaken.csv"
    file.write_text("\n".join(rows) + "\n")
    by_file = json.loads(run(finished, "--input", str(file), "--json").stdout)
    assert by_file == json.loads(run(finished, "--recording", "0", "--json").stdout)


def test_registers_at_the_end(finished: Finished) -> None:
    lines = [line.rstrip().split(maxsplit=2) for line in run(finished, "--registers").stdout.splitlines()]
    values = {words[1]: words[2:] for words in lines if words and words[0].startswith("0x")}
    assert values["MAGIC"] == ["MLS1"] and values["MODE"] == ["1 CONTINUOUS"] and values["STATUS"] == ["1 VALID"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--recording", "nobody"),
            "error: --recording: there is no recording 'nobody'; give its name, or 0 to {last}\n",
        ),
        (
            ("--recording", "1", "--input", "a.csv"),
            "error: sensorsmith run: --input and --recording are two sources; give one of them\n",
        ),
        (("--serve", "com1"), "error: --serve: 'com1' is no port; give a number up to 65535, or \"pty\"\n"),
    ],
)
def test_mistakes(finished: Finished, words: tuple[str, ...], message: str) -> None:
    result = run(finished, *words)
    last = len(load_dataset(finished.folders["data"]).recordings) - 1
    assert result.exit_code == 2
    assert result.stderr.endswith(message.format(last=last))
