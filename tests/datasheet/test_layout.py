import json
from typing import Any

from tests.datasheet.example import declarations, empty, example, records, sensor, tables

from sensorsmith.base.records import Absent, Condition, Quantity
from sensorsmith.base.records import resolve_pointer as resolve
from sensorsmith.datasheet import Document, collect, to_json
from sensorsmith.datasheet.layout import lay_out
from sensorsmith.datasheet.sheet import pieces


def absent_places(node: Any, pointer: str = "") -> list[str]:
    if isinstance(node, dict):
        here = [pointer] if node.get("kind") == "absent" else []
        return here + [place for key, value in node.items() for place in absent_places(value, f"{pointer}/{key}")]
    return []


def test_every_absent_value_is_printed_as_not_provided() -> None:
    for document in (empty(), example()):
        content = json.loads(to_json(document))
        expected = {f"{place}/reason" for place in absent_places(content)}
        printed = {piece.source: piece.text for piece in pieces(lay_out(document)) if piece.absent}
        assert expected, "the test needs absent values"
        assert printed == dict.fromkeys(expected, "not provided")


def test_every_piece_with_a_source_points_into_the_document() -> None:
    for document in (empty(), example()):
        content = json.loads(to_json(document))
        sources = [piece.source for piece in pieces(lay_out(document)) if piece.source]
        assert len(sources) > 50
        for source in sources:
            resolve(content, source)


def test_other_reasons_are_printed_as_they_are() -> None:
    document = with_accuracy(Absent(reason="withheld", why="on request"))
    (row,) = (r for r in lay_out(document).figures[0][1] if r.name == "Accuracy on the device")
    assert [piece.text for piece in row.typ] == ["withheld"]


def test_methods_are_printed_as_recorded() -> None:
    rows = {row.name: row for _, group in lay_out(example()).figures for row in group}
    assert rows["Accuracy on the device"].method == "emulated"
    assert rows["Accuracy of the float model"].method == "computed"
    assert rows["Information budget"].method == "declared"


def test_an_interval_says_over_how_many_people_it_is() -> None:
    row = lay_out(example()).figures[0][1][0]
    assert "".join(piece.text for piece in row.conditions) == "95 % interval 51.3 to 97.6 %; 3 people, 885 windows"


def test_whom_the_model_was_trained_on_is_said_or_missed() -> None:
    for document, said in ((example(), "1, 2, 3, 4, 5, 6, 7 of exercises"), (empty(), "not provided")):
        (row,) = (fact for fact in lay_out(document).dataset if fact.name == "Trained on")
        assert [piece.text for piece in row.cell] == [said]


def test_conditions_of_several_figures_are_stated_once_unless_one_contradicts() -> None:
    assert "".join(piece.text for piece in lay_out(example()).common) == "clock 120 MHz"
    document = example()
    energy = document.execution.modelled_energy_j
    assert isinstance(energy, Quantity)
    slower = energy.model_copy(update={"conditions": (Condition(name="clock", value=80, unit="MHz"),)})
    execution = document.execution.model_copy(update={"modelled_energy_j": slower})
    sheet = lay_out(document.model_copy(update={"execution": execution}))
    assert sheet.common == ()
    assert ["".join(p.text for p in row.conditions) for row in sheet.figures[1][1]] == [
        "",
        "clock 120 MHz",
        "clock 80 MHz",
        "",
        "",
    ]


def test_a_sum_that_leaves_something_out_does_not_pass_for_the_whole() -> None:
    files = tables()
    assert lay_out(example()).total.name == "whole life"
    files["footprint.json"]["not_provided"] = [{"name": "training"}, {"name": "rest power"}]
    sheet = lay_out(collect(sensor(), None, declarations(), records(), files))
    assert sheet.total.name == "incomplete"
    assert sheet.headline[-1].name == "carbon, incomplete"
    assert [piece.text for piece in sheet.left_out] == ["training, rest power"]


def with_accuracy(value: Absent) -> Document:
    document = example()
    return document.model_copy(
        update={"performance": document.performance.model_copy(update={"accuracy_device": value})}
    )
