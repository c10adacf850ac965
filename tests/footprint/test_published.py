"""The published table, its sums, and this model against it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sensorsmith.base.records import Quantity
from sensorsmith.base.units import parse
from sensorsmith.footprint import EnergyUse, assess, load_factors, load_published
from sensorsmith.spec.types import Sensor

PUBLISHED = load_published()
FACTORS = load_factors()
LOWER, TYPICAL, UPPER = range(3)
COLUMNS = range(5)
CHOICE = [LOWER, TYPICAL, TYPICAL, TYPICAL, UPPER]  # of the hardware of each column
SENSING = ["sensing-1", "sensing-1", "sensing-2", "sensing-3", "sensing-3"]


def level(name: str, choice: int) -> float:
    """kg CO2e of one block at a hardware level, from the factors' typical values."""
    return sum(amounts[choice] * FACTORS[factor].value for factor, amounts in PUBLISHED.levels[name].items())


def transport(choice: int) -> float:
    amounts = PUBLISHED.levels["transport-1"]
    tonnes = amounts["mass_g"][choice] / 1e6
    return tonnes * (
        amounts["truck_km"][choice] * FACTORS["truck"].value + amounts["plane_km"][choice] * FACTORS["plane"].value
    )


def test_every_line_has_every_column() -> None:
    assert all(len(line) == len(PUBLISHED.columns) == len(PUBLISHED.total) for line in PUBLISHED.lines.values())


@pytest.mark.parametrize(("column", "total"), list(enumerate([0.89, 2.66, 2.67, 3.41, 7.06])))
def test_stored_lines_sum_to_the_printed_total(column: int, total: float) -> None:
    assert PUBLISHED.total[column] == total
    assert sum(line[column] for line in PUBLISHED.lines.values()) == pytest.approx(total, abs=0.005)


@pytest.mark.parametrize(
    ("name", "expected", "tolerance"),
    [
        ("power-2", (0.25, 1.36, 2.71), 0.01),
        ("casing-1", (0.04, 0.27, 0.63), 0.01),
        ("pcb-0", (0.13, 0.16, 0.24), 0.0055),
        ("processing-0", (0.08, 0.17, 0.29), 0.0055),
        ("sensing-1", (0.01, 0.02, 0.04), 0.0055),
        ("sensing-3", (0.19, 0.77, 1.47), 0.0065),
        ("interface-1", (0.03, 0.06, 0.12), 1e-9),
    ],
)
def test_factors_reproduce_the_published_blocks(
    name: str, expected: tuple[float, float, float], tolerance: float
) -> None:
    assert [level(name, choice) for choice in (LOWER, TYPICAL, UPPER)] == pytest.approx(expected, abs=tolerance)


def test_factors_reproduce_the_published_transport() -> None:
    assert [transport(choice) for choice in (LOWER, TYPICAL, UPPER)] == pytest.approx([0.18, 0.40, 1.35], abs=0.005)


@pytest.mark.parametrize("column", COLUMNS)
def test_factors_reproduce_the_totals_within_one_per_cent(column: int) -> None:
    choice = CHOICE[column]
    use = parse(PUBLISHED.use.power, "power") * parse(PUBLISHED.use.lifetime, "time") / 3.6e6
    lump = FACTORS["small_parts_set"]
    total = (
        PUBLISHED.lines["training"][column]
        + level(SENSING[column], choice)
        + sum(level(block, choice) for block in ("casing-1", "pcb-0", "power-2", "processing-0", "interface-1"))
        + (lump.low, lump.value, lump.high)[choice]
        + transport(choice)
        + use * PUBLISHED.use.kg_per_kwh
    )
    assert total == pytest.approx(PUBLISHED.total[column], rel=0.01)


def test_use_stage_is_the_published_one(make_sensor: Callable[..., Sensor], emulated: Callable[..., Quantity]) -> None:
    """1 mW for three years of 365 days: 26.28 Wh, and 0.0114 kg at 0.433 kg/kWh."""
    factors = dict(FACTORS)
    intensity = dict.fromkeys(("low", "value", "high"), PUBLISHED.use.kg_per_kwh)
    factors["grid_USA"] = FACTORS["grid_USA"].model_copy(update=intensity)
    sensor = make_sensor(lifetime=PUBLISHED.use.lifetime)
    footprint = assess(sensor, EnergyUse.of(sensor, emulated("J", 0.0), emulated("mW", 1.0)), factors)
    assert footprint.energy_wh is not None
    assert footprint.energy_wh.typ == pytest.approx(26.28, abs=1e-9)
    assert footprint.blocks["use"].typ == pytest.approx(0.0114, abs=5e-5)
    assert round(footprint.blocks["use"].typ, 2) == PUBLISHED.lines["use"][0]


def test_a_published_device_written_as_a_sensor_gives_its_blocks(
    make_sensor: Callable[..., Sensor], emulated: Callable[..., Quantity]
) -> None:
    """The anomaly detector's typical column through `assess`, apart from the training, which is shared here."""

    def part(block: str, material: str, amount: str | None, quantity: int = 1) -> dict[str, object]:
        return {"name": material, "block": block, "material": material, "quantity": quantity} | (
            {"amount": amount} if amount else {}
        )

    sensor: Sensor = make_sensor(
        part("processing", "mcu_die", "10 mm2"),
        part("sensing", "simple_sensor_die", "3 mm2"),
        part("pcb", "pcb_4layer", "10 cm2"),
        part("casing", "abs", "50 g"),
        part("casing", "aluminium", "10 g"),
        part("casing", "steel", "0.01 kg"),
        part("power", "li_ion", "50 g"),
        part("power", "power_electronics_set", None),
        part("others", "small_parts_set", None),
        part("interface", "led", None, 2),
        part("interface", "button", None),
    )
    footprint = assess(sensor, EnergyUse.of(sensor, emulated("J", 0.0), emulated("W", 1e-3)))
    column = 2
    for block, spread in footprint.blocks.items():
        assert spread.typ == pytest.approx(PUBLISHED.lines[block][column], abs=0.0055), block
    expected = PUBLISHED.total[column] - PUBLISHED.lines["training"][column]
    assert footprint.total.typ == pytest.approx(expected, rel=0.01)
