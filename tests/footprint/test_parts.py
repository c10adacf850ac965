from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sensorsmith.base.errors import SpecError
from sensorsmith.base.units import DIMENSIONS
from sensorsmith.footprint import Line, load_factors
from sensorsmith.footprint.parts import parts
from sensorsmith.spec import Sensor

FACTORS = load_factors()


def part(material: str, amount: Any = None, quantity: int = 1) -> dict[str, Any]:
    entry = {"name": "a part", "block": "others", "material": material, "quantity": quantity}
    return entry if amount is None else entry | {"amount": amount}


@pytest.mark.parametrize("name", sorted(name for name, factor in FACTORS.items() if factor.is_material))
def test_every_material_is_priced_in_every_unit_of_its_dimension(name: str, make_sensor: Callable[..., Sensor]) -> None:
    factor = FACTORS[name]
    if not factor.dimension:
        (line,) = parts(make_sensor(part(name, quantity=3)), FACTORS)
        assert isinstance(line, Line)
        assert (line.low, line.typ, line.high) == (3 * factor.low, 3 * factor.value, 3 * factor.high)
        return
    units = DIMENSIONS[factor.dimension].units
    for unit, size in units.items():
        (line,) = parts(make_sensor(part(name, f"7 {unit}", 3)), FACTORS)
        assert isinstance(line, Line)
        assert line.amount is not None
        assert line.amount.typ == pytest.approx(21 * size / units[factor.per], rel=1e-12)
        assert line.typ == pytest.approx(line.amount.typ * factor.value, rel=1e-15)


def test_a_range_of_amounts_meets_the_range_of_the_factor(make_sensor: Callable[..., Sensor]) -> None:
    (line,) = parts(make_sensor(part("mcu_die", ["5 mm2", "10 mm2", "0.17 cm2"], 2)), FACTORS)
    assert isinstance(line, Line)
    assert (line.low, line.typ, line.high) == pytest.approx((10 * 0.007, 20 * 0.017, 34 * 0.026))
    assert (line.unit, line.factor, line.tier, line.source) == ("mm2", "mcu_die", 3, "tinyml-footprint")


def test_amounts_are_free_of_conversion_noise(make_sensor: Callable[..., Sensor]) -> None:
    (line,) = parts(make_sensor(part("mcu_die", "10 mm2")), FACTORS)
    assert isinstance(line, Line)
    assert line.amount is not None
    assert line.amount.typ == 10.0


def test_an_empty_bill_of_materials_is_said(make_sensor: Callable[..., Sensor]) -> None:
    (gap,) = parts(make_sensor(), FACTORS)
    assert gap.model_dump() == {
        "name": "materials and parts",
        "block": "parts",
        "why": "the bill of materials is empty",
    }


ALL = ", ".join(sorted(name for name, factor in FACTORS.items() if factor.is_material))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (part("mcu_dye", "3 mm2"), f'unknown material "mcu_dye"; did you mean "mcu_die"? Known are {ALL}'),
        (part("wood", "3 g"), f'unknown material "wood"; use one of {ALL}'),
        (part("grid_USA", "3 g"), f'unknown material "grid_USA"; use one of {ALL}'),
        (part("mcu_die", "3 g"), "amount of mcu_die: 'g' is not a unit of area; use one of m2, cm2, mm2"),
        (part("li_ion", "3 mm2"), "amount of li_ion: 'mm2' is not a unit of mass; use one of kg, g, mg, t"),
        (part("li_ion", "-3 g"), "amount -3 g of li_ion is negative; write zero or more"),
        (part("li_ion", ["1 g", "-3 g", "4 g"]), "amount -3 g of li_ion is negative; write zero or more"),
        (part("li_ion"), 'li_ion needs an amount; write for example "amount: 10 g"'),
        (part("led", "3 g"), "led is counted in pieces; write quantity instead of amount"),
        (
            part("li_ion", ["3 g", "2 g", "4 g"]),
            "amounts 3 g, 2 g, 4 g are out of order; write smallest, typical, largest",
        ),
    ],
)
def test_a_part_that_cannot_be_priced_is_refused(
    entry: dict[str, Any], message: str, make_sensor: Callable[..., Sensor]
) -> None:
    with pytest.raises(SpecError) as caught:
        list(parts(make_sensor(part("led"), entry), FACTORS))
    assert str(caught.value) == f"bill_of_materials[1] (a part): {message}"


def test_primary_cells_are_not_counted_twice(make_sensor: Callable[..., Sensor]) -> None:
    with pytest.raises(SpecError) as caught:
        list(parts(make_sensor(part("aa_alkaline"), supply="aa_alkaline"), FACTORS))
    assert str(caught.value) == (
        "bill_of_materials[0] (a part): with supply aa_alkaline the use stage counts all cells; "
        "remove this line, or set deployment.supply to grid"
    )
    assert len(list(parts(make_sensor(part("aa_alkaline"), supply="grid"), FACTORS))) == 1
