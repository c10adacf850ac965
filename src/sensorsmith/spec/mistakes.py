"""What is wrong with a description, in the user's words: pydantic's findings, translated."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sensorsmith.spec.yaml import Loc

# What a value must be, by pydantic's name of the finding; filled in from the finding's context.
_MUST_BE = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a section of keys and values",
    "model_type": "a section of keys and values",
    "model_attributes_type": "a section of keys and values",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length}",
    "string_too_long": "at most {max_length}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
}


@dataclass(frozen=True)
class Mistake:
    """One finding.

    Attributes:
        loc: the way to what is wrong; to the section, where a key is missing.
        what, todo: as for SensorsmithError.
    """

    loc: Loc
    what: str
    todo: str


class Told(ValueError):
    """The error by which a validator says in its own words what is wrong; arguments as for SensorsmithError."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what}; {todo}")
        self.what, self.todo = what, todo


def name(loc: Loc) -> str:
    """`transducer.channels[2].unit`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).removeprefix(".")


def quoted(value: object) -> str:
    """A value as a message shows it: as JSON, shortened; only the kind of anything that has parts."""
    if isinstance(value, dict | list):
        return ("a section" if isinstance(value, dict) else "a list") if value else "empty"
    if value is None:
        return "empty"
    text = value if isinstance(value, str) else json.dumps(value)
    short = text if len(text) <= 40 else text[:37] + "..."
    return f'"{short}"' if isinstance(value, str) else short


def translate(error: ValidationError, model: type[BaseModel], data: Any, texts: Mapping[Loc, str]) -> Iterator[Mistake]:
    """Translate all findings about `data`, whose scalars were written as `texts`."""
    meant: set[Loc] = set()
    musts: dict[Loc, dict[str, str]] = {}
    # Unknown keys first: one that is misspelt explains the missing key that it was meant to be.
    for finding in sorted(error.errors(include_url=False), key=lambda finding: finding["type"] != "extra_forbidden"):
        loc, kind, context = _real(finding, data), finding["type"], finding.get("ctx", {})
        fields = _fields(model, finding["loc"][:-1])
        if kind == "extra_forbidden":
            known = [key for key in fields if key not in _value(data, loc[:-1])]
            guesses = difflib.get_close_matches(str(loc[-1]), known, 1)
            meant |= {(*loc[:-1], guess) for guess in guesses}
            todo = f'did you mean "{guesses[0]}"?' if guesses else f"delete it, or use one of {', '.join(known)}"
            yield Mistake(loc, f"unknown key {quoted(loc[-1])}{_inside(loc)}", todo if known else "delete it")
        elif kind == "missing":
            if loc not in meant:
                example = _example(fields[str(loc[-1])])
                todo = f'add for example "{loc[-1]}: {example}"' if example else "add it"
                yield Mistake(loc[:-1], f"missing key {quoted(loc[-1])}{_inside(loc)}", todo)
        elif isinstance(told := context.get("error"), Told):
            yield Mistake(loc, f"{name(loc)}: {told.what}", told.todo)
        elif kind == "literal_error":
            musts.setdefault(loc, {})[kind] = str(context["expected"]).replace("'", '"')
        elif kind in _MUST_BE:
            limits = {key: f"{limit:g}" for key, limit in context.items() if isinstance(limit, int | float)}
            musts.setdefault(loc, {})[kind] = _MUST_BE[kind].format_map(limits)
        else:
            yield Mistake(loc, f"{name(loc)}: {finding['msg']}", 'compare with what "sensorsmith new" writes')
    for loc, asked in musts.items():
        yield _unfit(loc, asked, _value(data, loc), texts.get(loc))


def _real(finding: Mapping[str, Any], data: Any) -> Loc:
    """The finding's location without the names of union members, which pydantic mixes in."""
    loc: Loc = ()
    for step in finding["loc"]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            continue
        loc = (*loc, step)
    return (*loc, finding["loc"][-1]) if finding["type"] == "missing" else loc


def _value(data: Any, loc: Loc) -> Any:
    for step in loc:
        data = data[step]
    return data


def _inside(loc: Loc) -> str:
    return f" in {name(loc[:-1])}" if loc[:-1] else ""


def _fields(model: type[BaseModel], loc: Iterable[str | int]) -> dict[str, FieldInfo]:
    """The keys that the section at pydantic's location `loc` may have."""
    classes = [model]
    for step in loc:
        fields = [c.model_fields[str(step)] for c in classes if step in c.model_fields]
        if fields:
            classes = [member for field in fields for member in _classes(field.annotation)]
        else:  # an index of a list, a key of a dictionary, or the name of a union's member
            classes = [c for c in classes if c.__name__ == step] or classes
    return {key: field for c in classes for key, field in c.model_fields.items()}


def _example(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return str(get_args(field.annotation)[0])
    return str(field.examples[0]) if field.examples else ""


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _classes(argument)


def _unfit(loc: Loc, musts: Mapping[str, str], value: Any, text: str | None) -> Mistake:
    """Join what the members of a union ask for; one that minds only the length takes values of this kind."""
    lengths = {kind: must for kind, must in musts.items() if "too_" in kind}
    must = " or ".join((lengths or musts).values())
    shown = text if isinstance(value, int | float) and not isinstance(value, bool) and text else quoted(value)
    if lengths:
        shown = f"{len(value)} {'characters' if isinstance(value, str) else 'entries'} long"
    todo = ""
    if must == "text" and text:
        todo = f'write it in quotes: "{text}"'
    elif isinstance(value, str):
        guesses = difflib.get_close_matches(value, re.findall(r'"([^"]*)"', must), 1)
        todo = f'did you mean "{guesses[0]}"?' if guesses else ""
    return Mistake(loc, f"{name(loc) or 'the file'} is {shown} but must be {must}", todo)
