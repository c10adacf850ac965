"""`sensorsmith doctor`: finds out by trying, not by looking."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from sensorsmith import __version__
from sensorsmith.base.errors import SensorsmithError, UserError
from sensorsmith.cli.output import json_option, print_json, print_table

_LIBRARIES = ("click", "numpy", "pydantic", "rich", "segno", "typst", "yaml")
_TIME_LIMIT = 120.0  # seconds for one trial
_ROOM = 500e6  # bytes that a project's stages and a compiler's cache may need
_TRIAL = "int probe(void);\nint probe(void) { return 42; }\n"


class Lacking(Exception):
    """A trial failed; the message says how."""


@dataclass(frozen=True)
class Trial:
    """Something that a machine may lack.

    Attributes:
        needed: whether `sensorsmith demo` cannot do without it.
        attempt: tries it and says what there is.
        mend: the one command, or what to do where none does it.
    """

    name: str
    needed: bool
    attempt: Callable[[], str]
    mend: str


@dataclass(frozen=True)
class Finding:
    """What came of a trial; `mend` is empty where nothing is lacking."""

    name: str
    ok: bool
    needed: bool
    found: str
    mend: str


@click.command()
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Try all that a sensor is built with, and give the command that mends what is missing.

    Exits with 0 when "sensorsmith demo" can run here, and with 2 otherwise.
    """
    if not as_json:
        click.echo("Trying all that a sensor is built with ...", err=True)
    findings = examine()
    ready = all(finding.ok for finding in findings if finding.needed)
    if as_json:
        print_json({"ready": ready, "findings": [asdict(finding) for finding in findings]})
    else:
        _print(findings, ready)
    ctx.exit(0 if ready else UserError.exit_code)


def examine() -> list[Finding]:
    """Try everything, at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_try, TRIALS))


def _print(findings: list[Finding], ready: bool) -> None:
    states = {(True, True): "ok", (True, False): "ok", (False, True): "MISSING", (False, False): "not here"}
    print_table(("", "", "found"), ((f.name, states[f.ok, f.needed], f.found) for f in findings))
    lacking = [finding for finding in findings if not finding.ok]
    if lacking:
        click.echo("\nTo mend, as far as you need it:")
    for finding in lacking:
        click.echo(f"  {finding.name}: {finding.mend}")
    click.echo("\nThis machine can run: sensorsmith demo" if ready else "\nWhat is MISSING is needed to build sensors.")


def _try(trial: Trial) -> Finding:
    try:
        found, ok = trial.attempt(), True
    except (SensorsmithError, Lacking) as error:
        found, ok = error.what if isinstance(error, SensorsmithError) else str(error), False
    except Exception as error:  # noqa: BLE001, a broken installation fails in any way it likes
        found, ok = f"{type(error).__name__}: {error}", False
    return Finding(trial.name, ok, trial.needed, found, "" if ok else trial.mend)


def _python(*words: str) -> str:
    """Run a Python of its own, so that what crashes or hangs does not take us along; return what it printed."""
    with tempfile.TemporaryDirectory() as home:  # Keras would leave a file in the user's
        environment = os.environ | {"KERAS_HOME": home}
        try:
            done = subprocess.run(
                [sys.executable, *words],
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Lacking(f"no answer within {_TIME_LIMIT:g} s") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Lacking(lines[-1] if lines else f"ended with {done.returncode}")
    return done.stdout.strip()


def _interpreter() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}"


def _libraries() -> str:
    _python("-c", f"import {', '.join(_LIBRARIES)}")
    return f"Sensorsmith {__version__} and its {len(_LIBRARIES)} libraries"


def _cross_compiler() -> str:
    from sensorsmith.firmware import find

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder, "probe.c").write_text(_TRIAL, encoding="utf-8")
        toolchain = find("cortex-m4")
        toolchain.run(["-c", "probe.c", "-o", "probe.o"], Path(folder))
    return f"{toolchain.name} {toolchain.version}"


def _emulator() -> str:
    from sensorsmith.emulate.machine import Machine

    machine = Machine("cortex-m4", _TIME_LIMIT)
    try:
        machine.do([("map", 0, 4096, 7), ("write", 0, b"\x2a\x20\x70\x47"), ("call", 1, 0x800)], "starting")
    finally:
        machine.close()
    return "unicorn"


def _qemu() -> str:
    from sensorsmith.emulate.bench.built import qemu_plugin
    from sensorsmith.emulate.bench.qemu import find_qemu

    _, version = find_qemu("cortex-m4")
    qemu_plugin(version)
    return f"qemu {version}, and its plugin is built"


def _room() -> str:
    free = shutil.disk_usage(Path.cwd()).free
    found = f"{free / 1e9:.1f} GB free here"
    if free < _ROOM:
        raise Lacking(f"{found}, less than {_ROOM / 1e9:.1f} GB")
    return found


def _training() -> str:
    versions = "import sensorsmith.train.framework as f; k = f.keras(); print(k.__version__, k.backend.backend())"
    return "Keras {} on {}".format(*_python("-W", "ignore", "-c", versions).split())


def _host_compiler() -> str:
    from sensorsmith.base.hostcc import build_shared, find_compiler, load

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Windows keeps a loaded library
        if load(build_shared({"probe.c": _TRIAL}, Path(folder))).probe() != 42:
            raise Lacking(f"{find_compiler()[0]} builds libraries that do not work in this Python")
    return " ".join(Path(word).name if number == 0 else word for number, word in enumerate(find_compiler()))


def _zig() -> str:
    return f"zig {_python('-m', 'ziglang', 'version')}"


def _recordings() -> str:
    from sensorsmith.data.sources import SOURCES, find

    absent = [name for name, source in SOURCES.items() if find(source) is None]
    if absent:
        raise Lacking(f"{', '.join(absent)} not on this machine")
    return ", ".join(SOURCES)


_PIP = 'python -m pip install "sensorsmith{}"'

TRIALS = (
    Trial("Python", True, _interpreter, "install Python 3.11 or newer"),
    Trial("libraries", True, _libraries, "python -m pip install --force-reinstall sensorsmith"),
    Trial("cross compiler", True, _cross_compiler, _PIP.format("[zig]")),
    Trial("emulator", True, _emulator, _PIP.format("[emulate]")),
    Trial("room on disk", True, _room, "free some room, or work on another disk"),
    Trial("training", False, _training, _PIP.format("[train]")),
    Trial("recordings", False, _recordings, "sensorsmith data fetch seglearn-watch"),
    Trial("C compiler", False, _host_compiler, _PIP.format("[zig]")),
    Trial("zig", False, _zig, _PIP.format("[zig]")),
    Trial("QEMU", False, _qemu, "install it (Debian: apt-get install qemu-system-arm)"),
)
