from __future__ import annotations

from collections.abc import Callable

import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.base.records import Absent, Quantity
from sensorsmith.footprint import EnergyUse, Line, NotProvided, load_factors
from sensorsmith.footprint.use import use
from sensorsmith.spec import Sensor

YEARS_3 = 3 * 365.25 * 86400
GRID, CELLS = load_factors()["grid_USA"], load_factors()["aa_alkaline"]
UNKNOWN = Absent(reason="not_provided", why="never measured")


def test_the_sensor_infers_once_per_hop_while_it_is_on(make_sensor: Callable[..., Sensor]) -> None:
    assert EnergyUse.of(make_sensor(duty_cycle="50 %"), UNKNOWN, UNKNOWN).inferences_per_second == 0.25


@pytest.mark.parametrize(
    ("microjoules", "watt_hours", "cells", "kg_in_cells"),
    [(656, 17.25, 5.52, 0.59), (1820, 47.86, 15.3, 1.64), (3895, 102.4, 32.8, 3.5)],
)
def test_energy_anchors_from_the_grid_and_from_cells(
    microjoules: float, watt_hours: float, cells: float, kg_in_cells: float, emulated: Callable[..., Quantity]
) -> None:
    """MLPerf Tiny 1.2 at one inference per second for three years: U575 and L4R5 on keywords, L4R5 on persons."""
    energy = EnergyUse(emulated("uJ", microjoules), 1.0, UNKNOWN)
    (on_grid, _), drawn = use(energy, YEARS_3, GRID)
    (in_cells, _), _ = use(energy, YEARS_3, CELLS)
    assert isinstance(on_grid, Line) and isinstance(in_cells, Line)
    assert drawn is not None and in_cells.amount is not None
    assert drawn.typ == pytest.approx(watt_hours, rel=0.01)
    assert on_grid.typ == pytest.approx(watt_hours / 1000 * 0.3695, rel=0.01)
    assert in_cells.amount.typ == pytest.approx(cells, rel=0.01)
    assert in_cells.typ == pytest.approx(kg_in_cells, rel=0.01)
    assert in_cells.typ / on_grid.typ == pytest.approx(93, rel=0.01)


def test_what_is_absent_is_a_gap_and_not_a_zero(emulated: Callable[..., Quantity]) -> None:
    (inference, rest), drawn = use(EnergyUse(emulated("mJ", 1.0), 0.5, UNKNOWN), 3600.0, GRID)
    assert isinstance(inference, Line)
    assert rest == NotProvided(name="rest power", block="use", why="never measured")
    assert drawn is not None
    assert drawn.typ == pytest.approx(1e-3 * 0.5)
    gaps, nothing = use(EnergyUse(UNKNOWN, 0.5, Absent(reason="withheld")), 3600.0, GRID)
    assert [gap.why for gap in gaps if isinstance(gap, NotProvided)] == ["never measured", "withheld"]
    assert nothing is None


def test_ends_and_method_of_the_energy_reach_the_line(emulated: Callable[..., Quantity]) -> None:
    (inference, rest), drawn = use(EnergyUse(emulated("mJ", 2.0, 1.0, 3.0), 1.0, emulated("mW", 1.0)), 3600.0, GRID)
    assert isinstance(inference, Line) and isinstance(rest, Line)
    assert (inference.low, inference.typ, inference.high) == pytest.approx(
        (1e-6 * GRID.low, 2e-6 * GRID.value, 3e-6 * GRID.high)
    )
    assert inference.note == "energy per inference is emulated"
    assert rest.note == "rest power is emulated; no smallest or largest value known"
    assert drawn is not None
    assert (drawn.low, drawn.typ, drawn.high) == pytest.approx((2e-3, 3e-3, 4e-3))


def test_energy_that_makes_no_sense_is_refused(emulated: Callable[..., Quantity]) -> None:
    good = emulated("J", 1.0)
    for energy, message in (
        (EnergyUse(good, -1.0, UNKNOWN), "the number of inferences per second is negative; give zero or more"),
        (EnergyUse(emulated("W", 1.0), 1.0, UNKNOWN), "energy per inference is in W; give it in J"),
        (EnergyUse(good, 1.0, emulated("J", 1.0)), "rest power is in J; give it in W"),
        (EnergyUse(good, 1.0, emulated("W", -1.0)), "rest power is negative; give zero or more"),
        (
            EnergyUse(emulated("J", None, high=2.0), 1.0, UNKNOWN),
            "energy per inference has no typical value; give typ, or say that it is absent",
        ),
    ):
        with pytest.raises(DataError) as caught:
            use(energy, 3600.0, GRID)
        assert str(caught.value) == message
