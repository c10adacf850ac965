"""The bill of materials, priced."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from sensorsmith.base.errors import SpecError, UserError
from sensorsmith.base.units import DIMENSIONS, parse
from sensorsmith.footprint.factors import PIECE, Factor, tidy
from sensorsmith.footprint.report import Line, NotProvided, Spread
from sensorsmith.spec.types import Part, Sensor


def parts(sensor: Sensor, factors: Mapping[str, Factor]) -> Iterator[Line | NotProvided]:
    """One line per part of the bill of materials.

    Raises:
        SpecError: unknown material, an amount that does not fit it, or cells that the use stage counts already.
    """
    if not sensor.bill_of_materials:
        yield NotProvided(name="materials and parts", block="parts", why="the bill of materials is empty")
    for i, part in enumerate(sensor.bill_of_materials):
        where = f"bill_of_materials[{i}] ({part.name})"
        factor = _material(part.material, factors, where)
        if sensor.deployment.supply == factor.id:
            raise SpecError(
                f"with supply {factor.id} the use stage counts all cells",
                where=where,
                todo="remove this line, or set deployment.supply to grid",
            )
        yield Line.of(part.name, part.block, factor, _amount(part, factor, where) * part.quantity)


def _material(name: str, factors: Mapping[str, Factor], where: str) -> Factor:
    materials = sorted(factor.id for factor in factors.values() if factor.is_material)
    if name in materials:
        return factors[name]
    close = difflib.get_close_matches(name, materials, n=1)
    hint = f'did you mean "{close[0]}"? Known are ' if close else "use one of "
    raise SpecError(f'unknown material "{name}"', where=where, todo=hint + ", ".join(materials))


def _amount(part: Part, factor: Factor, where: str) -> Spread:
    """Amount of one piece in the unit of its factor."""
    if factor.per == PIECE:
        if part.amount is not None:
            raise SpecError(f"{factor.id} is counted in pieces", where=where, todo="write quantity instead of amount")
        return Spread.exactly(1.0)
    if part.amount is None:
        example = f'write for example "amount: 10 {factor.per}"'
        raise SpecError(f"{factor.id} needs an amount", where=where, todo=example)
    texts = [part.amount] * 3 if isinstance(part.amount, str) else part.amount
    low, typ, high = (_read(text, factor, where) for text in texts)
    if not low <= typ <= high:
        raise SpecError(
            f"amounts {', '.join(texts)} are out of order", where=where, todo="write smallest, typical, largest"
        )
    return Spread(low=low, typ=typ, high=high)


def _read(text: str, factor: Factor, where: str) -> float:
    dimension = DIMENSIONS[factor.dimension]
    try:
        value = parse(text, dimension.name)
    except UserError as error:
        raise SpecError(f"amount of {factor.id}: {error.what}", where=where, todo=error.todo) from error
    if value < 0:
        raise SpecError(f"amount {text} of {factor.id} is negative", where=where, todo="write zero or more")
    return tidy(value / dimension.units[factor.per])
