"""Every error that Sensorsmith raises on purpose.

    SensorsmithError               something went wrong, and the message says what, where and what to do
     +- UserError                  the input is wrong; exit code 2
     |   +- SpecError              sensor.yaml or declarations.yaml
     |   +- DataError              recordings, labels, splits
     |   +- ModelError             a model or an operator outside the supported set
     |   +- BoardError             an unknown board, or one that the sensor does not fit
     |   +- MissingTool            a compiler, an emulator or an extra is not installed; names the mending command
     |   +- StorageError           the disk is full, or a folder cannot be written
     +- RequirementFailed          the sensor works but breaks a requirement of its sensor.yaml; exit code 3
     +- EmulatorError              the emulated board crashed, hung or went past its time limit; exit code 4
     +- ToolFailed                 a compiler refused what we generated: a bug of ours; exit code 5

Any other exception is a bug. The command line prints `str(error)` on one line and nothing else.
"""

from __future__ import annotations


class SensorsmithError(Exception):
    """An expected failure.

    Args:
        what: what is wrong, in the user's words, without a full stop.
        where: file and line, layer, register or recording; empty when there is no such place.
        todo: what to do about it, as an imperative sentence without a full stop.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = (_one_line(part) for part in (what, where, todo))
        place = f"{self.where}: " if self.where else ""
        remedy = f"; {self.todo}" if self.todo else ""
        super().__init__(f"{place}{self.what}{remedy}")


class UserError(SensorsmithError):
    exit_code = 2


class SpecError(UserError):
    pass


class DataError(UserError):
    pass


class ModelError(UserError):
    pass


class BoardError(UserError):
    pass


class MissingTool(UserError):
    pass


class StorageError(UserError):
    pass


class RequirementFailed(SensorsmithError):
    exit_code = 3


class EmulatorError(SensorsmithError):
    exit_code = 4


class ToolFailed(SensorsmithError):
    exit_code = 5


def _one_line(text: str) -> str:
    """Collapse white space and drop control characters, so that hostile input cannot forge further lines."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    flat = " ".join(printable.split())
    return flat if len(flat) <= 1000 else flat[:997] + "..."
