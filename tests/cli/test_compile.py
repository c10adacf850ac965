from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.compiler.models import tiny
from tests.compiler.strips import NETWORKS

from sensorsmith.cli import main
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import write_tflite


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.tflite").write_bytes(write_tflite(tiny()))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["compile", *words])


def test_writes_the_folder_and_says_what_it_holds() -> None:
    result = run("tiny.tflite", "-o", "out dir")
    assert result.exit_code == 0, result.stderr
    report = compile_graph(tiny(), "tiny").report
    kernels = ", ".join(f"{layer.op} ref x1" for layer in report.layers)
    assert result.stdout == (
        f"tiny: 84 MACs in {len(report.layers)} layers, for host\n"
        f"  weights  {report.weights_bytes} B of flash\n"
        f"  arena    {report.arena_bytes} B of RAM\n"
        f"  kernels  {kernels}\n"
        "  files    'out dir'/tiny.h is the interface; cc -c 'out dir'/*.c\n"
        "  next     sensorsmith profile tiny.tflite --target cortex-m4\n"
    )
    assert {path.name: path.read_text() for path in Path("out dir").iterdir()} == compile_graph(tiny(), "tiny").files


def test_says_what_a_budget_takes() -> None:
    graph = NETWORKS["mobile"]()
    Path("mobile.tflite").write_bytes(write_tflite(graph))
    arena = compile_graph(graph, "mobile").report.arena_bytes
    result = run("mobile.tflite", "-o", "c", "--ram-budget", str(arena - 1))
    report = compile_graph(graph, "mobile", ram_budget=arena - 1).report
    strips = report.strips
    assert strips is not None
    assert (result.exit_code, report.arena_bytes < arena) == (0, True)
    assert (
        f"  arena    {report.arena_bytes / 1024:.1f} KiB of RAM\n"
        f"  strips   the first {strips.layers} layers, up to {strips.last}, in {strips.count} strips: "
        f"0 MACs recomputed, {strips.moved_bytes:,} B of rows moved\n"
    ) in result.stdout
    assert f"--target cortex-m4 --ram-budget {arena - 1}\n" in result.stdout


def test_a_budget_that_nothing_keeps_writes_nothing() -> None:
    least = compile_graph(tiny(), "tiny").report.arena_bytes
    result = run("tiny.tflite", "-o", "c", "--ram-budget", "9")
    message = (
        f"main: the arena needs at least {least} bytes, and the RAM budget is 9; "
        "allow more, or make the input or the first layers of the model smaller"
    )
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not Path("c").exists()


def test_json() -> None:
    result = run("tiny.tflite", "-o", "c", "--name", "net", "--target", "cortex-m0plus", "--json")
    report = compile_graph(tiny(), "net", "cortex-m0plus").report
    assert json.loads(result.stdout) == json.loads(json.dumps(report.as_json())) | {"folder": "c"}
    assert Path("c/net.h").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["absent.tflite", "-o", "c"],
            "absent.tflite: cannot read the model: No such file or directory; check the path",
        ),
        (["."], "missing option '-o' / '--output'; \"sensorsmith compile --help\" shows what it takes"),
        (
            ["bad.tflite", "-o", "c"],
            "model: is not a TFL3 FlatBuffer; give a .tflite file, as the TensorFlow Lite converter writes it",
        ),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(words: list[str], message: str) -> None:
    Path("bad.tflite").write_text("this is no model, by any means")
    result = run(*words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not Path("c").exists()


def test_a_mistake_as_json() -> None:
    result = run("absent.tflite", "-o", "c", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["kind"] == "ModelError"
