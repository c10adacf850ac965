from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

import sensorsmith
from sensorsmith.base.hashing import hash_file
from sensorsmith.base.records import Absent, Quantity, resolve_pointer
from sensorsmith.footprint import EnergyUse, Footprint, Line, Spread, assess, load_factors
from sensorsmith.spec import Sensor

UNKNOWN = Absent(reason="not_provided", why="never measured")
PARTS = (
    {"name": "MCU", "block": "processing", "material": "mcu_die", "amount": "10 mm2"},
    {"name": "battery", "block": "power", "material": "li_ion", "amount": "10 g"},
    {"name": "charger", "block": "power", "material": "power_electronics_set"},
)


@pytest.fixture
def partly_known(make_sensor: Callable[..., Sensor], emulated: Callable[..., Quantity]) -> Footprint:
    sensor = make_sensor(*PARTS, plane="0 km")
    return assess(sensor, EnergyUse.of(sensor, emulated("J", 1e-3), UNKNOWN))


def test_a_line_is_amount_times_factor() -> None:
    line = Line.of("die", "processing", load_factors()["mcu_die"], Spread(low=1, typ=2, high=4), "why")
    assert (line.low, line.typ, line.high) == pytest.approx((0.007, 0.034, 0.104))
    assert line.note == "why"


@pytest.mark.parametrize("ends", [(2, 1, 3), (1, 3, 2), (-1, 0, 1)])
def test_a_spread_is_in_order_and_not_negative(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValidationError, match="low, typ and high are out of order or negative"):
        Spread(**dict(zip(("low", "typ", "high"), ends, strict=True)))


def test_total_is_the_sum_of_the_lines_and_of_the_blocks(partly_known: Footprint) -> None:
    for end in ("low", "typ", "high"):
        lines = sum(getattr(line, end) for line in partly_known.lines)
        blocks = sum(getattr(block, end) for block in partly_known.blocks.values())
        assert getattr(partly_known.total, end) == pytest.approx(lines) == pytest.approx(blocks)
    assert list(partly_known.blocks) == ["processing", "power", "transport", "use", "end_of_life"]


def test_json_labels_the_total_and_names_what_it_excludes(partly_known: Footprint) -> None:
    document = partly_known.as_json()
    assert document["total"] == {
        "sum_of_low": partly_known.total.low,
        "sum_of_typ": partly_known.total.typ,
        "sum_of_high": partly_known.total.high,
        "label": "sums of the low, of the typical and of the high values of all lines; not an interval",
        "excludes": ["training", "rest power"],
    }
    assert [gap["why"] for gap in document["not_provided"]] == [
        "deployment.training_energy is not given",
        "never measured",
    ]
    assert set(document["factors"]) == {"grid_USA", "li_ion", "mcu_die", "plane", "power_electronics_set", "truck"}
    assert {factor["source"] for factor in document["factors"].values()} <= set(document["sources"])
    assert {line["block"] for line in document["lines"]} == set(document["blocks"])


def test_the_file_is_the_same_twice_and_holds_what_the_values_point_to(partly_known: Footprint, tmp_path: Path) -> None:
    values = partly_known.write(tmp_path)
    file = tmp_path / "footprint.json"
    first = file.read_bytes()
    assert partly_known.write(tmp_path) == values
    assert file.read_bytes() == first
    document = json.loads(first)
    assert document == json.loads(json.dumps(partly_known.as_json()))
    for value in values.values():
        if isinstance(value, Quantity):
            (proof,) = value.evidence
            assert (proof.file, proof.sha256) == ("footprint.json", hash_file(file))
            found = resolve_pointer(document, proof.pointer)
            assert [found.get(k, found.get(f"sum_of_{k}")) for k in ("low", "typ", "high")] == [
                value.min,
                value.typ,
                value.max,
            ]
            assert value.method == "computed"
            assert value.tool is not None
            assert (value.tool.name, value.tool.version) == ("sensorsmith", sensorsmith.__version__)


def test_values_say_what_they_are_and_exclude(partly_known: Footprint, tmp_path: Path) -> None:
    values = partly_known.write(tmp_path)
    label = (
        "min, typ and max are the sums of the low, of the typical and of the high values of all lines; not an interval"
    )
    notes = {name: value.note for name, value in values.items() if isinstance(value, Quantity)}
    assert notes == {
        "total_kg": f"{label}; excludes, as not provided: training, rest power",
        "processing_kg": label,
        "power_kg": label,
        "transport_kg": label,
        "use_kg": f"{label}; excludes, as not provided: rest power",
        "end_of_life_kg": label,
        "energy_wh": "excludes, as not provided: rest power",
    }
    assert values["training_kg"] == Absent(
        reason="not_provided", why="training: deployment.training_energy is not given"
    )


def test_a_use_stage_of_which_nothing_is_known_is_absent(make_sensor: Callable[..., Sensor], tmp_path: Path) -> None:
    sensor = make_sensor(*PARTS)
    values = assess(sensor, EnergyUse.of(sensor, UNKNOWN, UNKNOWN)).write(tmp_path)
    why = "energy per inference: never measured; rest power: never measured"
    assert values["use_kg"] == values["energy_wh"] == Absent(reason="not_provided", why=why)
