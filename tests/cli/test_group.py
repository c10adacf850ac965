from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from sensorsmith import __version__
from sensorsmith.base.errors import EmulatorError, RequirementFailed
from sensorsmith.cli import VERBS, main
from sensorsmith.cli.group import VerbGroup
from sensorsmith.cli.output import json_option


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_help_imports_no_verb(words: list[str]) -> None:
    """What makes `--help` fast: click, and nothing that computes."""
    program = (
        "import sys; from sensorsmith.cli import main\n"
        f"main({words}, standalone_mode=False)\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('numpy', 'pydantic', 'rich', 'yaml', 'matplotlib', 'keras', 'sensorsmith')])"
    )
    done = python("-c", program)
    assert done.returncode == 0, done.stderr
    help_text, modules = done.stdout.rstrip().rsplit("\n", 1)
    assert set(eval(modules)) == {
        "sensorsmith", "sensorsmith.base", "sensorsmith.base.errors", "sensorsmith.cli", "sensorsmith.cli.group"
    }  # fmt: skip
    assert "Verbs:" in help_text


def test_help_lists_the_verbs_in_the_order_of_the_work_on_a_line_each() -> None:
    lines = run("--help").output.partition("Verbs:\n")[2].splitlines()
    assert [tuple(line.split(maxsplit=1)) for line in lines] == list(VERBS.items())
    for text in VERBS.values():
        assert text[0].isupper()
        assert text.endswith(".")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_json(verb: str) -> None:
    command = importlib.import_module(f"sensorsmith.cli.{verb}").command
    assert command.help
    for path in [[verb, name] for name in command.commands] if isinstance(command, click.Group) else [[verb]]:
        result = run(*path, "--help")
        assert result.exit_code == 0
        assert result.output.startswith(f"Usage: sensorsmith {' '.join(path)} ")
        assert "--json" in result.output


def test_every_verb_is_listed() -> None:
    folder = Path(str(importlib.import_module("sensorsmith.cli").__file__)).parent
    names = {path.stem for path in folder.glob("*.py")}
    assert {n for n in names if hasattr(importlib.import_module(f"sensorsmith.cli.{n}"), "command")} == set(VERBS)


def test_version() -> None:
    assert run("--version").output == f"sensorsmith {__version__}\n"
    done = python("-m", "sensorsmith", "--version")
    assert (done.returncode, done.stdout) == (0, f"sensorsmith {__version__}\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nwe"], 'error: there is no verb "nwe"; did you mean "new"?\n'),
        (["frobnicate"], 'error: there is no verb "frobnicate"; "sensorsmith --help" lists the verbs\n'),
        (["new"], "error: missing argument 'NAME'; \"sensorsmith new --help\" shows what it takes\n"),
    ],
)
def test_wrong_use(words: list[str], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr == message
    assert result.stdout == ""


def test_a_verb_with_verbs_of_its_own_shows_its_help() -> None:
    result = run("data")
    assert result.output.startswith("Usage: sensorsmith data ")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """A group with a verb `fail` that fails in the way its argument names."""

    @click.command()
    @click.argument("how")
    @json_option
    def command(how: str, as_json: bool) -> None:  # noqa: ARG001
        raise {
            "requirement": RequirementFailed("too slow\n by far", where="requirements", todo="shorten it"),
            "emulator": EmulatorError("it hung"),
            "bug": KeyError("x\ny"),
            "interrupt": KeyboardInterrupt(),
            "pipe": BrokenPipeError(32, "Broken pipe"),
        }[how]

    module = type(sys)("sensorsmith.cli.fail")
    module.command = command  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sensorsmith.cli.fail", module)
    debug = click.Option(["--debug"], is_flag=True, expose_value=False)
    return VerbGroup("sensorsmith", verbs={"fail": "Fail."}, params=[debug])


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ("requirement", 3, "error: requirements: too slow by far; shorten it\n"),
        ("emulator", 4, "error: it hung\n"),
        ("interrupt", 130, "\ninterrupted; what was finished is kept\n"),
    ],
)
def test_failures_are_one_line(failing: click.Group, how: str, code: int, message: str) -> None:
    result = CliRunner().invoke(failing, ["fail", how])
    assert (result.exit_code, result.stderr, result.stdout) == (code, message, "")


def test_broken_pipe_is_quiet(failing: click.Group) -> None:
    result = CliRunner().invoke(failing, ["fail", "pipe"])
    assert (result.exit_code, result.stderr, result.stdout) == (1, "", "")


def test_failure_as_json(failing: click.Group) -> None:
    result = CliRunner().invoke(failing, ["fail", "--json", "requirement"])
    assert result.exit_code == 3
    assert result.stderr == ""
    assert json.loads(result.stdout) == {
        "error": {
            "kind": "RequirementFailed",
            "message": "requirements: too slow by far; shorten it",
            "what": "too slow by far",
            "where": "requirements",
            "todo": "shorten it",
            "exit_code": 3,
        }
    }
    wrong_use = CliRunner().invoke(failing, ["fail", "--json"])
    assert wrong_use.exit_code == 2
    assert json.loads(wrong_use.stdout)["error"]["what"] == "missing argument 'HOW'"


def test_bug_asks_for_a_report(failing: click.Group) -> None:
    result = CliRunner().invoke(failing, ["fail", "bug"])
    assert result.exit_code == 70
    assert result.stderr.startswith("error: test_group.py:")
    assert "internal error: KeyError: 'x\\ny'; please report it, with what \"sensorsmith --debug ...\" prints\n" in (
        result.stderr
    )
    assert result.stderr.count("\n") == 1
    debugged = CliRunner().invoke(failing, ["--debug", "fail", "bug"])
    assert debugged.exit_code == 70
    assert "Traceback (most recent call last)" in debugged.stderr


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX shells")
def test_a_reader_that_stops_early() -> None:
    """`sensorsmith schema | head -1` ends without a word."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "sensorsmith", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None and writer.stderr is not None
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(120) == 1


def test_a_console_without_the_character() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "sensorsmith", "boards"], capture_output=True, env=environment, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"nucleo-l4r5zi" in done.stdout
