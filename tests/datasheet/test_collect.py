import copy
from typing import Any

import pytest
from tests.datasheet.example import declarations, empty, example, records, sensor, tables

from sensorsmith.base.errors import DataError
from sensorsmith.base.records import Absent, Quantity, StageRecord, Statement, Value
from sensorsmith.boards import load_board
from sensorsmith.datasheet import Document, collect
from sensorsmith.datasheet.types import Table


def collected(stages: dict[str, StageRecord], files: dict[str, Any]) -> Document:
    return collect(sensor(), load_board("nucleo-l4r5zi"), declarations(), stages, files)


def with_value(stage: str, name: str, value: Value) -> dict[str, StageRecord]:
    stages = records()
    values = stages[stage].values | {name: value}
    return stages | {stage: stages[stage].model_copy(update={"values": values})}


def test_a_recorded_value_is_taken_as_it_is_and_its_evidence_is_named_from_the_project() -> None:
    recorded = records()["measure"].values["modelled_time_s"]
    found = example().execution.modelled_time_s
    assert isinstance(recorded, Quantity) and isinstance(found, Quantity)
    assert found.evidence[0].file == "measure/profile.json"
    assert found.evidence[0].sha256 == recorded.evidence[0].sha256
    assert found.model_copy(update={"evidence": recorded.evidence}) == recorded


def test_a_missing_stage_and_a_missing_value_are_named() -> None:
    stages = records()
    del stages["model"]
    stages["windows"] = StageRecord(stage="windows")
    document = collected(stages, tables())
    assert document.model.parameters == Absent(reason="not_provided", why="stage model has not run")
    assert document.dataset.unseen == Absent(reason="not_provided", why="stage windows has no value unseen")


def test_an_empty_text_is_not_provided() -> None:
    document = collected(with_value("data", "licence", Statement(text="", method="derived")), tables())
    assert document.dataset.licence == Absent(reason="not_provided", why="licence is empty in the record of stage data")


def test_what_is_unknown_or_undeclared_is_not_provided() -> None:
    document = empty()
    assert document.identity.maker == Absent(reason="not_provided", why="empty in sensor.yaml")
    assert document.setting.children == Absent(reason="not_provided", why="unknown in sensor.yaml")
    assert document.declared.use_cases == Absent(reason="not_provided", why="declarations.yaml has no use_cases")
    assert document.identity.clock == Absent(reason="not_provided", why="the board is not known")


def test_a_bus_that_only_the_emulator_serves_says_so() -> None:
    bus = example().interface.bus
    assert isinstance(bus, Statement)
    assert bus.text == "I2C, address 0x2A; this image speaks it on the emulated board only"


def test_privacy_has_the_verdicts_of_the_proofs() -> None:
    verdicts = example().privacy.verdicts
    assert isinstance(verdicts, Statement)
    assert verdicts.text == "holds: non-interference, canary-fuzz; not run: memory-isolation"
    assert verdicts.evidence[0].file == "prove/proofs.json"
    broken = copy.deepcopy(tables())
    broken["proofs.json"]["proofs"][1]["verdict"] = "broken"
    found = collected(records(), broken).privacy.verdicts
    assert isinstance(found, Statement)
    assert found.text == "broken: canary-fuzz; holds: non-interference; not run: memory-isolation"


def test_without_proofs_a_sensor_is_not_proven() -> None:
    without = {name: table for name, table in tables().items() if name != "proofs.json"}
    verdicts = collected(records(), without).privacy.verdicts
    assert isinstance(verdicts, Statement)
    assert (verdicts.text, verdicts.by) == ("not proven", "sensorsmith prove has not been run")


def test_a_verdict_that_is_none() -> None:
    wrong = copy.deepcopy(tables())
    wrong["proofs.json"]["proofs"][0]["verdict"] = "probably"
    with pytest.raises(DataError, match=r"^proofs\.json: /proofs/0/verdict: Input should be 'holds', 'broken' "):
        collected(records(), wrong)


def test_a_bus_that_the_board_has_needs_no_remark() -> None:
    on_pico = collect(sensor(), load_board("pico"), declarations(), records(), tables()).interface.bus
    assert isinstance(on_pico, Statement)
    assert on_pico.text == "I2C, address 0x2A"


def test_a_declaration_says_by_whom_and_when() -> None:
    found = example().declared.out_of_scope
    assert isinstance(found, Statement)
    assert (found.method, found.by, found.on) == ("declared", "A. Maker", "2025-11-02")
    assert found.text == "diagnosis; deciding on treatment or insurance; people under 18"


def test_the_rests_of_flash_and_ram_are_computed_with_the_evidence_of_their_terms() -> None:
    memory = example().memory
    assert isinstance(memory.other_flash_bytes, Quantity) and isinstance(memory.buffers_bytes, Quantity)
    assert memory.other_flash_bytes.typ == 21_892 - 11_740 - 8960
    assert memory.buffers_bytes.typ == 9412 - 6400
    assert {e.file for e in memory.other_flash_bytes.evidence} == {"firmware/firmware.json", "compile/compile.json"}


def test_the_size_of_the_board_is_its_vendors() -> None:
    found = example().memory.board_ram_bytes
    assert isinstance(found, Quantity)
    assert (found.method, found.typ) == ("vendor", 655_360)
    assert "STMicroelectronics" in found.note


def test_carbon_is_summed_by_block_and_the_largest_comes_first() -> None:
    found = example().footprint.blocks
    assert isinstance(found, Table)
    assert found.rows[0] == ("power", pytest.approx(0.23), pytest.approx(0.36), pytest.approx(0.38))
    typical = [float(row[2]) for row in found.rows]
    assert typical == sorted(typical, reverse=True)


def test_counts_are_found_as_the_accuracy_was() -> None:
    accuracy = records()["measure"].values["accuracy_device"]
    assert isinstance(accuracy, Quantity)
    confusion = collected(records(), tables()).performance.confusion
    on_a_board = with_value("measure", "accuracy_device", accuracy.model_copy(update={"method": "measured"}))
    measured = collected(on_a_board, tables()).performance.confusion
    assert isinstance(confusion, Table) and isinstance(measured, Table)
    assert (confusion.method, measured.method) == ("emulated", "measured")


def _evaluation(**changes: Any) -> dict[str, Any]:
    files = copy.deepcopy(tables())
    files["evaluation.json"] |= changes
    return files


def _people(**changes: Any) -> list[dict[str, Any]]:
    first, *others = tables()["evaluation.json"]["people"]
    return [first | changes, *others]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            _evaluation(confusion=[[1, 2], [3, 4]]),
            "evaluation.json: confusion is not 7 rows of 7 counts, one for each label",
        ),
        (
            _evaluation(confusion=[[-1] * 7] * 7),
            "evaluation.json: confusion has a negative count",
        ),
        (
            _evaluation(people=_people(correct=999)),
            "evaluation.json: person 8 has 999 of 296 windows correct, interval 0.878 to 0.942",
        ),
        (
            _evaluation(people=_people(correct=270)),
            "evaluation.json: people have 766 of 885 windows correct, confusion 767 of 885; "
            "make both from the same predictions",
        ),
        (
            _evaluation(labels=3),
            "evaluation.json: /labels: Input should be a valid list; run its stage again",
        ),
    ],
)
def test_a_table_that_is_malformed_or_contradicts_itself_is_refused(files: dict[str, Any], message: str) -> None:
    for person in files["evaluation.json"]["people"]:
        person |= {"low": round(person["low"], 3), "high": round(person["high"], 3)}
    with pytest.raises(DataError) as caught:
        collected(records(), files)
    assert str(caught.value) == message


def test_a_table_whose_file_no_record_lists_is_refused() -> None:
    stages = records()
    stages["measure"] = stages["measure"].model_copy(update={"artefacts": ()})
    with pytest.raises(DataError) as caught:
        collected(stages, tables())
    assert str(caught.value) == (
        "evaluation.json is not among the files that stage measure recorded; run the stage again, then this one"
    )


def test_counts_without_an_accuracy_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        collected(with_value("measure", "accuracy_device", Absent(reason="not_provided")), tables())
    assert str(caught.value) == (
        "record of stage measure: there are counts of what the device reported, but no accuracy_device; "
        "run the stage again"
    )


def test_parts_larger_than_the_whole_are_refused() -> None:
    whole = records()["firmware"].values["flash_bytes"]
    assert isinstance(whole, Quantity)
    with pytest.raises(DataError) as caught:
        collected(with_value("firmware", "flash_bytes", whole.model_copy(update={"typ": 20_000.0})), tables())
    assert str(caught.value) == (
        "code_bytes and weights_bytes (20700 B) exceed flash_bytes (20000 B); take both from one and the same build"
    )
