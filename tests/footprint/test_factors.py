import pytest
from pydantic import ValidationError

from sensorsmith.footprint import Factor, load_factors, load_sources

NAMED = {
    "mcu_die": (0.017, "mm2"),
    "simple_sensor_die": (0.010, "mm2"),
    "cmos_imager_die": (0.0245, "mm2"),
    "pcb_4layer": (0.016, "cm2"),
    "abs": (0.0034, "g"),
    "li_ion": (0.025, "g"),
    "power_electronics_set": (0.106, "piece"),
    "aa_alkaline": (0.107, "piece"),
    "led": (0.030, "piece"),
    "electret_microphone": (0.20, "g"),
    "plane": (0.576, "tkm"),
    "truck": (0.40, "tkm"),
    "grid_USA": (0.3695, "kWh"),
    "grid_world": (0.475, "kWh"),
}


@pytest.mark.parametrize(("name", "expected"), list(NAMED.items()))
def test_factors_have_the_published_values(name: str, expected: tuple[float, str]) -> None:
    factor = load_factors()[name]
    assert (factor.value, factor.per) == expected


def test_every_factor_says_where_it_is_from() -> None:
    sources = load_sources()
    for factor in load_factors().values():
        assert factor.source in sources, factor.id
        assert factor.name and factor.scope and factor.basis, factor.id
        assert factor.licence == sources[factor.source].licence
        if factor.low == factor.high:
            assert "no range is published" in factor.basis, factor.id


def test_no_source_is_left_without_a_factor() -> None:
    assert {factor.source for factor in load_factors().values()} == set(load_sources())


def test_electricity_spans_what_two_tables_differ_by() -> None:
    usa = load_factors()["grid_USA"]
    assert (usa.low, usa.high) == (0.254955, 0.42862)
    assert usa.year == 2023


def test_factors_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        load_factors()["mcu_die"] = load_factors()["led"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": 1.0}, "led: low, value and high are out of order"),
        ({"unit": "kg CO2e/furlong"}, "led: furlong is no unit of area or mass"),
        ({"unit": "g CO2e/piece"}, "String should match pattern '^kg CO2e/\\w+$'"),
        ({"tier": 6}, "Input should be less than or equal to 5"),
        ({"value": float("nan")}, "Input should be a finite number"),
    ],
)
def test_a_factor_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Factor.model_validate(load_factors()["led"].model_dump() | change)
    assert message in str(caught.value)
