from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensorsmith.base.errors import SpecError
from sensorsmith.base.records import Absent, Quantity
from sensorsmith.footprint import EnergyUse, Factor, Spread, assess, load_factors
from sensorsmith.spec import Sensor

FACTORS = load_factors()
UNKNOWN = Absent(reason="not_provided", why="never measured")
DIE = {"name": "MCU", "block": "processing", "material": "mcu_die", "amount": "10 mm2"}
BATTERY = {"name": "battery", "block": "power", "material": "li_ion", "amount": ["8 g", "10 g", "14 g"]}
LIGHT = {"name": "light", "block": "interface", "material": "led", "quantity": 2}
PARTS = (DIE, BATTERY, LIGHT)
TRAINED = {"training_energy": "5 kWh", "units": 100}
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@pytest.fixture
def energy(emulated: Callable[..., Quantity]) -> EnergyUse:
    return EnergyUse(emulated("mJ", 2.0, 1.0, 3.0), 0.5, emulated("mW", 1.0, 0.5, 2.0))


def ends(spread: Spread) -> tuple[float, float, float]:
    return spread.low, spread.typ, spread.high


def raised(factor: Factor, by: float) -> Factor:
    return factor.model_copy(update={"low": factor.low + by, "value": factor.value + by, "high": factor.high + by})


def test_every_stage_of_life_has_its_line(make_sensor: Callable[..., Sensor], energy: EnergyUse) -> None:
    footprint = assess(make_sensor(*PARTS, **TRAINED), energy)
    assert [(line.block, line.name, line.factor) for line in footprint.lines] == [
        ("processing", "MCU", "mcu_die"),
        ("power", "battery", "li_ion"),
        ("interface", "light", "led"),
        ("transport", "transport by truck", "truck"),
        ("transport", "transport by plane", "plane"),
        ("training", "training", "grid_USA"),
        ("use", "energy per inference", "grid_USA"),
        ("use", "rest power", "grid_USA"),
        ("end_of_life", "end of life", ""),
    ]
    assert footprint.not_provided == ()
    typ = {line.name: line.typ for line in footprint.lines}
    assert typ["transport by plane"] == pytest.approx(0.1 * 6.775 * 0.576)
    assert typ["training"] == pytest.approx(5 / 100 * 0.3695)
    assert typ["rest power"] == pytest.approx(0.02628 * 0.3695)
    assert typ["energy per inference"] == pytest.approx(0.02628 * 0.3695)
    assert typ["end of life"] == 0


def test_what_was_not_said_is_missing_and_a_stated_zero_is_not(
    make_sensor: Callable[..., Sensor], energy: EnergyUse
) -> None:
    footprint = assess(make_sensor(*PARTS, truck=None, plane="0 km"), energy)
    assert [(gap.name, gap.why) for gap in footprint.not_provided] == [
        ("transport by truck", "deployment.truck is not given"),
        ("training", "deployment.training_energy is not given"),
    ]
    assert next(line.typ for line in footprint.lines if line.name == "transport by plane") == 0


def test_conditions_say_what_the_footprint_holds_for(make_sensor: Callable[..., Sensor], energy: EnergyUse) -> None:
    footprint = assess(make_sensor(*PARTS, lifetime="3 years", duty_cycle="25 %"), energy)
    assert {c.name: (c.value, c.unit) for c in footprint.conditions} == {
        "country": ("USA", ""),
        "supply": ("grid", ""),
        "lifetime": (3.0, "years"),
        "duty cycle": (0.25, ""),
        "units made": (1, ""),
    }


def test_cells_replace_the_grid_in_use_but_not_in_training(
    make_sensor: Callable[..., Sensor], energy: EnergyUse
) -> None:
    footprint = assess(make_sensor(*PARTS, supply="aa_alkaline", **TRAINED), energy)
    assert [line.factor for line in footprint.lines if line.block in ("training", "use")] == [
        "grid_USA",
        "aa_alkaline",
        "aa_alkaline",
    ]


@pytest.mark.parametrize("country", ["CAF", "XYZ"])
def test_a_country_without_data_is_refused(country: str, make_sensor: Callable[..., Sensor], energy: EnergyUse) -> None:
    """One table has 0 for CAF: a gap, not clean electricity."""
    zero = FACTORS["grid_USA"].model_copy(update={"id": "grid_CAF", "value": 0.0, "low": 0.0})
    with pytest.raises(SpecError) as caught:
        assess(make_sensor(*PARTS, country=country), energy, {**FACTORS, "grid_CAF": zero})
    assert str(caught.value) == (
        f"deployment.country: no carbon intensity of electricity is known for {country}; use one of "
        "AUS, BRA, CHN, DEU, FRA, GBR, IND, JPN, KEN, NOR, POL, USA, ZAF, world"
    )


@shared
@given(name=st.sampled_from(sorted(FACTORS)), by=st.floats(1e-6, 10))
def test_total_never_falls_when_a_factor_rises(
    name: str, by: float, make_sensor: Callable[..., Sensor], energy: EnergyUse
) -> None:
    sensor = make_sensor(*PARTS, **TRAINED)
    before = assess(sensor, energy)
    after = assess(sensor, energy, {**FACTORS, name: raised(FACTORS[name], by)})
    used = name in {line.factor for line in before.lines}
    for old, new in zip(ends(before.total), ends(after.total), strict=True):
        assert new > old if used else new == old


AMOUNTS: dict[str, tuple[Any, Any]] = {
    "die": ({**DIE, "amount": "10 mm2"}, {**DIE, "amount": "11 mm2"}),
    "battery": (BATTERY, {**BATTERY, "amount": ["9 g", "11 g", "15 g"]}),
    "lights": (LIGHT, {**LIGHT, "quantity": 3}),
}


@pytest.mark.parametrize(("less", "more"), list(AMOUNTS.values()), ids=list(AMOUNTS))
def test_total_rises_with_every_amount(
    less: dict[str, Any], more: dict[str, Any], make_sensor: Callable[..., Sensor], energy: EnergyUse
) -> None:
    before, after = (ends(assess(make_sensor(part), energy).total) for part in (less, more))
    assert all(new > old for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("key", "less", "more"),
    [
        ("lifetime", "1 year", "2 years"),
        ("mass", "10 g", "11 g"),
        ("truck", "0 km", "1 km"),
        ("plane", "100 km", "101 km"),
        ("training_energy", "1 Wh", "2 Wh"),
        ("duty_cycle", "20 %", "21 %"),
    ],
)
def test_total_rises_with_every_use(
    key: str, less: str, more: str, make_sensor: Callable[..., Sensor], emulated: Callable[..., Quantity]
) -> None:
    found = []
    for value in (less, more):
        sensor = make_sensor(*PARTS, **{key: value})
        found.append(ends(assess(sensor, EnergyUse.of(sensor, emulated("J", 1.0), emulated("W", 1e-3))).total))
    assert all(new > old for old, new in zip(*found, strict=True))


@shared
@given(quantity=st.integers(1, 10_000), material=st.sampled_from(["led", "mcu_die", "li_ion"]))
def test_a_line_is_linear_in_its_quantity(
    quantity: int, material: str, make_sensor: Callable[..., Sensor], energy: EnergyUse
) -> None:
    amount = {} if material == "led" else {"amount": f"3 {FACTORS[material].per}"}
    part = {"name": "x", "block": "others", "material": material} | amount
    one, many = (assess(make_sensor({**part, "quantity": n}), energy).lines[0] for n in (1, quantity))
    assert (many.low, many.typ, many.high) == pytest.approx(tuple(quantity * v for v in (one.low, one.typ, one.high)))


@shared
@given(scale=st.floats(1.01, 1000))
def test_use_is_linear_in_the_energy(scale: float, make_sensor: Callable[..., Sensor], energy: EnergyUse) -> None:
    def times(quantity: Quantity | Absent) -> Quantity:
        assert isinstance(quantity, Quantity)
        assert quantity.min is not None and quantity.typ is not None and quantity.max is not None
        changed = {"min": quantity.min * scale, "typ": quantity.typ * scale, "max": quantity.max * scale}
        return quantity.model_copy(update=changed)

    more = EnergyUse(times(energy.energy_per_inference), energy.inferences_per_second, times(energy.rest_power))
    sensor = make_sensor(*PARTS)
    before, after = (assess(sensor, e).blocks["use"] for e in (energy, more))
    assert ends(after) == pytest.approx(tuple(scale * v for v in ends(before)))


def test_more_units_share_the_training(make_sensor: Callable[..., Sensor], energy: EnergyUse) -> None:
    one, many = (
        assess(make_sensor(*PARTS, training_energy="5 kWh", units=n), energy).blocks["training"].typ for n in (1, 1000)
    )
    assert one == pytest.approx(1000 * many)
