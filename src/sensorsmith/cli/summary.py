"""The lines that close a build."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sensorsmith.base.records import Absent, Quantity, Statement, Value
from sensorsmith.flow import Outcome, Project

_PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"))


def summary(project: Project, outcome: Outcome) -> list[tuple[str, str]]:
    """What was found, as (heading, text)."""
    measured = outcome.values["measure"]
    static = outcome.values["firmware"]["ram_static_bytes"]
    budget = project.sensor.outputs.budget
    return [
        ("accuracy", _accuracy(project, measured, outcome.values["model"])),
        ("interval", _interval(measured)),
        ("parity", _parity(measured)),
        ("flash", _number(outcome.values["firmware"]["flash_bytes"], "B")),
        ("RAM", f"{_number(measured['ram_total_bytes'], 'B')} (static {_number(static, 'B')}, the rest stack)"),
        ("work", f"{_number(measured['instructions_per_window'], '')} instructions per window (emulated)"),
        ("time", f"{_spread(measured['modelled_time_s'], 's')} per window (modelled for the real board)"),
        ("energy", _energy(measured["modelled_energy_j"], outcome.values["readings"])),
        ("carbon", f"{_spread(outcome.values['footprint']['total_kg'], 'kg CO2e')} over its life (computed)"),
        ("tells", f"{_number(measured['information_rate'], 'bit/s')} at most, allowed {budget:g} bit/s"),
        ("datasheet", _path(outcome.folder / "datasheet.pdf")),
    ]


def findings(outcome: Outcome) -> list[str]:
    """What looks wrong with the recordings, one sentence each."""
    about = json.loads((outcome.results["data"].folder / "dataset.json").read_text(encoding="utf-8"))
    return list(about["health"]["findings"])


def _interval(measured: Mapping[str, Value]) -> str:
    device = measured["accuracy_device"]
    if not isinstance(device, Quantity):
        return "not provided"
    assert device.interval is not None
    low, high = 100 * device.interval.low, 100 * device.interval.high
    note = f"; {device.note}" if device.note else ""
    return f"{low:.1f} to {high:.1f} % with 95 % confidence{note}"


def _accuracy(project: Project, measured: Mapping[str, Value], model: Mapping[str, Value]) -> str:
    device, worst = measured["accuracy_device"], measured["accuracy_worst_person"]
    if isinstance(device, Absent) or project.sensor.data is None:
        return f"not provided: {device.why}" if isinstance(device, Absent) else "not provided"
    assert isinstance(device, Quantity)
    data = project.sensor.data
    who = f"all {data.group}s" if data.all_unseen else f"{data.group} {', '.join(data.unseen)}"
    if isinstance(model["held_out"], Statement):
        held_out = "never trained on"
    elif data.all_unseen:
        held_out = "never trained on as sensor.yaml says"
    else:
        held_out = "who may have been trained on: the model has no training record"
    least = f"; worst {_percent(worst)}" if isinstance(worst, Quantity) else ""
    return f"{_percent(device)} on {who}, {held_out}{least} (emulated device)"


def _energy(modelled: Value, readings: Mapping[str, Value]) -> str:
    measured = readings["measured_energy_j"]
    if isinstance(measured, Quantity):
        return f"{_spread(measured, 'J')} per window (measured)"
    return f"{_spread(modelled, 'J')} per window (modelled for the real board)"


def _parity(measured: Mapping[str, Value]) -> str:
    int8, floating = measured["accuracy_int8"], measured["accuracy_float"]
    alike = "device equal to the integer interpreter"
    if not isinstance(floating, Quantity) or not isinstance(int8, Quantity):
        return alike
    gap = 100 * ((int8.typ or 0.0) - (floating.typ or 0.0))
    return f"int8 {_percent(int8)}, float {_percent(floating)} ({gap:+.1f} points); {alike}"


def _percent(value: Quantity) -> str:
    return f"{100 * (value.typ or 0.0):.1f} %"


def _number(value: Value, unit: str) -> str:
    if not isinstance(value, Quantity) or value.typ is None:
        return "not provided"
    return _amount(value.typ, unit)


def _spread(value: Value, unit: str) -> str:
    if not isinstance(value, Quantity):
        return "not provided"
    ends = f" ({_amount(value.min, unit)} to {_amount(value.max, unit)})" if value.min is not None and value.max else ""
    return f"{_number(value, unit)}{ends}"


def _amount(number: float, unit: str) -> str:
    if unit == "B":
        return f"{number / 1024:.1f} KiB"
    if unit == "":
        return f"{number:,.0f}"
    if unit in ("s", "J"):
        factor, prefix = next((p for p in _PREFIXES if abs(number) >= p[0]), _PREFIXES[-1])
        return f"{number / factor:.3g} {prefix}{unit}"
    return f"{number:.3g} {unit}"


def _path(path: Path) -> str:
    """As it is typed from here, where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
