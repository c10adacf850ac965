"""Reads sensor.yaml and declarations.yaml. Whatever is wrong becomes one error with the line of the first mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sensorsmith.base.errors import SpecError
from sensorsmith.spec.checks import check_declarations, check_sensor
from sensorsmith.spec.declarations import Declarations
from sensorsmith.spec.mistakes import Mistake, quoted, translate
from sensorsmith.spec.types import Sensor
from sensorsmith.spec.yaml import Document, Loc, Place, read_yaml

_T = TypeVar("_T", bound=BaseModel)


def load_sensor(path: Path) -> Sensor:
    """Read a sensor.yaml.

    Raises:
        SpecError: the first mistake with its line, and how many more there are.
    """
    return _load(path, Sensor, lambda sensor: check_sensor(sensor, path.parent))


def load_declarations(path: Path) -> Declarations:
    """Read a declarations.yaml; where there is none, nothing is declared.

    Raises:
        SpecError: the first mistake with its line, and how many more there are.
    """
    return _load(path, Declarations, check_declarations) if path.exists() else Declarations()


def _load(path: Path, model: type[_T], check: Callable[[_T], Iterable[Mistake]]) -> _T:
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        what = f'keys such as "sensorsmith: 1" were expected, but this is {quoted(document.data)}'
        raise SpecError(
            what, where=f"{path}:{document.values[()].line}", todo='"sensorsmith new NAME" writes an example'
        )
    try:
        result = model.model_validate(document.data)
    except ValidationError as error:
        raise _first(document, translate(error, model, document.data, document.texts)) from None
    mistakes = list(check(result))
    if mistakes:
        raise _first(document, mistakes)
    return result


def _first(document: Document, mistakes: Iterable[Mistake]) -> SpecError:
    found = sorted(((_place(document, mistake.loc), mistake) for mistake in mistakes), key=lambda pair: pair[0])
    place, mistake = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    what, todo = (mistake.what, mistake.todo + more) if mistake.todo else (mistake.what + more, "")
    return SpecError(what, where=f"{document.path}:{place.line}", todo=todo)


def _place(document: Document, loc: Loc) -> Place:
    """Where the key stands, or the item of a list; where it is left to its default, the nearest section around it."""
    while loc not in document.values:
        loc = loc[:-1]
    return document.keys.get(loc, document.values[loc])
