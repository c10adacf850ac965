"""What all verbs have in common: when they are imported, and what happens when they fail."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from sensorsmith.base.errors import SensorsmithError, UserError


class VerbGroup(click.Group):
    """A group whose help needs none of its verbs, and that ends every error in one line.

    Exit codes: 0 done; 1 what was asked for is not so (`explain` found a difference); 2 to 5 as in base/errors.py; 70 a
    bug of ours; 130 interrupted.
    """

    def __init__(self, *args: Any, verbs: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002
        if cmd_name not in self.verbs:
            close = get_close_matches(cmd_name, self.verbs, 1)
            todo = f'did you mean "{close[0]}"?' if close else '"sensorsmith --help" lists the verbs'
            raise UserError(f'there is no verb "{cmd_name}"', todo=todo)
        command: click.Command = importlib.import_module(f"sensorsmith.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(self.verbs.items()))

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, standalone_mode: bool = True, **extra: Any
    ) -> int:
        words = list(sys.argv[1:] if args is None else args)
        for stream in (sys.stdout, sys.stderr):  # a console that lacks a character must not end the program
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        extra["prog_name"] = "sensorsmith"
        try:
            result = super().main(args=words, standalone_mode=False, **extra)
            code = result if isinstance(result, int) else 0
        except click.Abort:
            with contextlib.suppress(OSError):
                click.echo("interrupted; what was finished is kept", err=True)
            code = 130
        except Exception as error:  # noqa: BLE001, the last place where an error can become a message
            code = _report(error, as_json="--json" in words, debug="--debug" in words)
        if standalone_mode:
            sys.exit(code)
        return code


def _report(error: Exception, *, as_json: bool, debug: bool) -> int:
    """Print an error on one line, or as JSON on stdout where a program reads that; return the exit code."""
    if isinstance(error, SensorsmithError):
        known, code = error, error.exit_code
    elif isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        error.show()  # type: ignore[attr-defined]
        return UserError.exit_code
    elif isinstance(error, click.ClickException):
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "sensorsmith"
        message = error.format_message().rstrip(".")
        known = UserError(message[:1].lower() + message[1:], todo=f'"{path} --help" shows what it takes')
        code = known.exit_code
    else:
        if debug:
            sys.excepthook(type(error), error, error.__traceback__)
        known, code = _bug(error), 70
    if as_json:
        facts = {"kind": type(known).__name__, "message": str(known), "exit_code": code}
        facts |= {"where": known.where, "what": known.what, "todo": known.todo}
        click.echo(json.dumps({"error": facts}, indent=1, sort_keys=True))
    else:
        with contextlib.suppress(OSError):  # nobody listens
            click.echo(f"error: {known}", err=True)
    return code


def _bug(error: Exception) -> SensorsmithError:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    what = f"internal error: {type(error).__name__}: {error}"
    return SensorsmithError(what, where=place, todo='please report it, with what "sensorsmith --debug ..." prints')
