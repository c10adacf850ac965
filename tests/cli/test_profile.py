from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.compiler.models import tiny
from tests.measure.example_profile import example_profile

from sensorsmith import measure
from sensorsmith.cli import main
from sensorsmith.graph import write_tflite
from sensorsmith.measure import Cost, ModelProfile, profile_model


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(main, ["profile", *words])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[ModelProfile]:
    """The profile that the verb is given, whatever the model; a test may replace it."""
    held = [example_profile()]
    monkeypatch.setattr(measure, "profile_model", lambda *_args, **_options: held[0])
    return held


EXPECTED = """\
net on NUCLEO-L4R5ZI, STM32L4R5ZIT6U, cortex-m4

layer         kernel                        MACs   instructions   per MAC   weights, B      cycles      time    energy
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
first/Relu    conv2d armv7em             250,000        300,000      1.20        1,200     450,000   3.75 ms    135 uJ
depth/Relu    depthwise_conv2d armv7em    60,000        120,000      2.00          700     180,000    1.5 ms     54 uJ
point/Relu    conv2d armv7em             400,000        450,000      1.12        4,500     675,000   5.62 ms    202 uJ
net/mean      mean ref                                    9,000                             13,500    112 us   4.05 uJ
net/classes   fully_connected armv7em        700          1,500      2.14          800       2,250   18.8 us    675 nJ
the rest      calls, copies                               1,000                              1,500   12.5 us    450 nJ
total                                    710,700        881,500      1.24        7,200   1,322,250     11 ms    397 uJ

  MACs     800,000 in the model; the others need not be computed
  work     881,500 instructions, 1.10 for each MAC of the model (emulated: some-emulator 3.4 board)
           the same for other data; output equal to the integer interpreter's
  cycles   1,322,250 (1,101,875 to 1,542,625) (modelled: pipeline refill 2, flash wait states 0)
           a low estimate: 18 to 28 % below what is published for CMSIS-NN, without wait states
  time     11 ms (9.18 ms to 12.9 ms) (modelled from the cycles)
  energy   397 uJ (331 uJ to 463 uJ) (modelled from the cycles)
  flash    10.9 KiB: code 4,000 B, weights 7,200 B (computed: the image)
  RAM      2.7 KiB: arena 2,660 B, stack 120 B (emulated: painted stack)
  built by some-gcc 1.2

arena, 2,660 bytes (computed); fullest, with 2,650, in layer 1, first/Relu
  input          490 B at   0  ##.....
  scratch        160 B at 500  .#.....
  first/Relu   2,000 B at 660  .##....
  depth/Relu   2,000 B at 640  ..##...
  point/Relu     640 B at   0  ...##..
  net/mean        64 B at 640  ....##.
  net/classes     12 B at   0  .....##
"""


@pytest.mark.usefixtures("found")
def test_what_people_see() -> None:
    result = run("net.tflite", "--board", "nucleo-l4r5zi")
    assert result.exit_code == 0, result.stderr
    assert [line.rstrip() for line in result.stdout.splitlines()] == EXPECTED.splitlines()


def test_what_is_not_known_is_said(found: list[ModelProfile]) -> None:
    unpublished = replace(found[0].total, modelled_energy_j=None)
    layers = tuple(replace(layer, cost=unpublished) for layer in found[0].layers)
    found[0] = replace(found[0], total=unpublished, rest=unpublished, layers=layers)
    assert "  energy   not provided: nothing has been published for this board\n" in run("net.tflite").stdout
    unknown = Cost(1000, None, None, None)
    layers = tuple(replace(layer, cost=unknown) for layer in found[0].layers)
    found[0] = replace(found[0], target="cortex-m55", board=None, total=unknown, rest=unknown, layers=layers)
    found[0] = replace(found[0], constant=False, seen=(1000, 1004))
    text = run("net.tflite").stdout
    assert text.startswith("net on cortex-m55\n")
    assert "  cycles   no model of cortex-m55; see docs/why/cycle-model.md\n" in text
    assert "  work     1,000 instructions, 0.00 for each MAC of the model (emulated: some-emulator 3.4 board)\n" in text
    assert "           up to 1,004 for other data; output equal to the integer interpreter's\n" in text
    found[0] = replace(found[0], emulated_cycles=1500, rest=Cost(None, None, None, None))
    assert "  cycles   1,500 (emulated)\n" in run("net.tflite").stdout
    assert "  time" not in text
    assert "energy" not in text


@pytest.mark.usefixtures("found")
def test_json_is_the_profile() -> None:
    assert json.loads(run("net.tflite", "--json").stdout) == json.loads(json.dumps(example_profile().as_json()))


@pytest.mark.usefixtures("found")
def test_picture(tmp_path: Path) -> None:
    assert run("net.tflite", "--picture", str(tmp_path / "a.svg")).exit_code == 0
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == measure.arena_svg(example_profile())
    result = run("net.tflite", "--picture", "a.gif")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: a.gif: a picture is an SVG or a PNG file; let the name end with .svg or .png\n",
    )


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
def test_a_model_on_a_board(tmp_path: Path) -> None:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(write_tflite(tiny()))
    found = json.loads(run(str(path), "--board", "nucleo-l4r5zi", "--wait-states", "4", "--json").stdout)
    assert found == json.loads(json.dumps(profile_model(path, board="nucleo-l4r5zi", wait_states=4).as_json()))
    assert found["timing"]["wait_states"] == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent.tflite"], "absent.tflite: cannot read the model: No such file or directory; check the path"),
        (
            ["absent.tflite", "--target", "cortex-m7", "--board", "nucleo-l4r5zi"],
            "NUCLEO-L4R5ZI is a cortex-m4, not a cortex-m7; give the board or the target",
        ),
    ],
)
def test_a_mistake_is_one_line(words: list[str], message: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
