"""Collect: the sensor's description, the board, the declarations and the stages' records become one document.

Nothing is invented: what no stage recorded is `not_provided`, with the name of what is missing. The few values that
are computed here (what is left of the flash and of the static RAM, carbon by block) carry the evidence of their terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sensorsmith import __version__
from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.base.records import Absent, Evidence, Quantity, StageRecord, Statement, Tool, Value
from sensorsmith.boards import BoardSpec
from sensorsmith.datasheet import registers
from sensorsmith.datasheet.types import (
    Dataset,
    Declared,
    Document,
    Execution,
    Footprint,
    Identity,
    Interface,
    Memory,
    Model,
    Performance,
    Privacy,
    Rows,
    Setting,
    Signal,
    Table,
)
from sensorsmith.spec import Declarations, Sensor
from sensorsmith.spec.types import Camera, Known, MotionSensor

Row = tuple[str | int | float, ...]
_VERDICTS = ("broken", "holds", "not run")
_MAP = "register map MLS1"
_TOOL = Tool(name="sensorsmith", version=__version__)


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class _Person(_Read):
    person: str
    n: int = Field(ge=1)
    correct: int = Field(ge=0)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class _Evaluation(_Read):
    labels: list[str]
    confusion: list[list[int]]
    people: list[_Person] = []


class _Line(_Read):
    block: str
    low: float
    typ: float
    high: float


class _Gap(_Read):
    name: str


class _Carbon(_Read):
    lines: list[_Line]
    not_provided: list[_Gap]


class _Proof(_Read):
    name: str
    verdict: Literal["holds", "broken", "not run"]


class _Proofs(_Read):
    proofs: list[_Proof]


class _Sources:
    """The records and tables, asked by stage and name."""

    def __init__(self, records: Mapping[str, StageRecord], tables: Mapping[str, Any]) -> None:
        self.records = records
        self.tables = tables

    def value(self, stage: str, name: str) -> Value:
        if stage not in self.records:
            return Absent(reason="not_provided", why=f"stage {stage} has not run")
        value = self.records[stage].values.get(name)
        if value is None:
            return Absent(reason="not_provided", why=f"stage {stage} has no value {name}")
        if isinstance(value, Absent):
            return value
        if isinstance(value, Statement) and not value.text:
            return Absent(reason="not_provided", why=f"{name} is empty in the record of stage {stage}")
        return value.model_copy(update={"evidence": tuple(_within(stage, e) for e in value.evidence)})

    def evidence(self, stage: str, file: str, pointer: str) -> tuple[Evidence, ...]:
        """Evidence for a place in one of a stage's files, whose hash stands among the stage's artefacts."""
        artefacts = self.records[stage].artefacts if stage in self.records else ()
        hashes = [a.sha256 for a in artefacts if a.path == file]
        if not hashes:
            raise DataError(
                f"{file} is not among the files that stage {stage} recorded", todo="run the stage again, then this one"
            )
        return (Evidence(file=f"{stage}/{file}", sha256=hashes[0], pointer=pointer),)

    def text(self, stage: str, file: str, name: str) -> Value:
        """A text of one of the JSON files, as a derived statement."""
        text = self.tables.get(file, {}).get(name)
        if not text:
            return Absent(reason="not_provided", why=f"{file} has no {name}")
        return Statement(text=str(text), method="derived", evidence=self.evidence(stage, file, f"/{name}"))


def collect(
    sensor: Sensor,
    board: BoardSpec | None,
    declarations: Declarations,
    records: Mapping[str, StageRecord],
    tables: Mapping[str, Any],
) -> Document:
    """Fill the datasheet.

    Args:
        sensor: the typed sensor.yaml.
        board: the board it runs on; None when it is not known.
        declarations: the typed declarations.yaml.
        records: each stage's record, by stage name.
        tables: parsed JSON files of the stages by file name: `evaluation.json` (labels, confusion, people),
            `firmware.json` (model_id, fw_id), `footprint.json` (lines), `proofs.json` (proofs).

    Returns:
        the document; whatever is missing stands in it as `Absent`.

    Raises:
        DataError: a table is malformed, contradicts itself, or has no hash in its stage's record.
    """
    sources = _Sources(records, tables)
    take = sources.value
    return Document(
        identity=_identity(sensor, board, sources),
        signal=_signal(sensor),
        performance=Performance(
            accuracy_device=take("measure", "accuracy_device"),
            accuracy_int8=take("measure", "accuracy_int8"),
            accuracy_float=take("measure", "accuracy_float"),
            accuracy_worst_person=take("measure", "accuracy_worst_person"),
            disagreements=take("measure", "disagreements"),
            confusion=_confusion(sources),
            people=_people(sources),
        ),
        execution=Execution(
            instructions_per_window=take("measure", "instructions_per_window"),
            modelled_time_s=take("measure", "modelled_time_s"),
            modelled_energy_j=take("measure", "modelled_energy_j"),
            measured_energy_j=take("readings", "measured_energy_j"),
            measured_power_w=take("readings", "measured_power_w"),
        ),
        memory=_memory(board, sources),
        model=Model(
            parameters=take("model", "parameters"),
            macs=take("compile", "macs"),
            steps=take("model", "steps"),
            held_out=take("model", "held_out"),
            toolchain=take("firmware", "toolchain"),
        ),
        dataset=Dataset(
            source=take("data", "source"),
            licence=take("data", "licence"),
            labels=take("data", "labels"),
            people=take("data", "people"),
            recordings=take("data", "recordings"),
            duration_s=take("data", "duration_s"),
            train=take("windows", "train"),
            validation=take("windows", "validation"),
            unseen=take("windows", "unseen"),
        ),
        interface=_interface(sensor, board, sources),
        privacy=_privacy(sources),
        footprint=_footprint(sources),
        setting=_setting(sensor),
        declared=_declared(declarations),
    )


def _identity(sensor: Sensor, board: BoardSpec | None, sources: _Sources) -> Identity:
    identity, transducer = sensor.identity, sensor.transducer
    return Identity(
        title=_stated(identity.title),
        name=_stated(identity.name),
        version=_stated(identity.version),
        description=_stated(identity.description),
        maker=_stated(identity.maker),
        board=_stated(board.title if board else sensor.board),
        processor=_stated(board.part if board else "", "board.toml"),
        clock=_clock(board),
        transducer=_stated(transducer.part),
        model_id=sources.text("firmware", "firmware.json", "model_id"),
        firmware_id=sources.text("firmware", "firmware.json", "fw_id"),
    )


def _signal(sensor: Sensor) -> Signal:
    return Signal(
        channels=_stated(_channels(sensor.transducer)),
        rate=_set(sensor, sensor.transducer.rate, "Hz"),
        window=_set(sensor, sensor.cut.length, "s"),
        hop=_set(sensor, sensor.cut.hop, "s"),
    )


def _channels(transducer: Camera | MotionSensor) -> str:
    if isinstance(transducer, Camera):
        return f"grey pictures, {transducer.width} x {transducer.height} pixels of 8 bits"
    return ", ".join(channel.name for channel in transducer.channels)


def _interface(sensor: Sensor, board: BoardSpec | None, sources: _Sources) -> Interface:
    bus = f"{sensor.interface.bus.upper()}, address 0x{sensor.interface.address:02X}"
    if board is not None and board.hal == "emulated":
        # Its firmware reaches samples and bus through memory ports; it has no driver for the part of a real board.
        bus += "; this image speaks it on the emulated board only"
    return Interface(
        bus=_stated(bus, "sensor.yaml and the firmware's driver of the bus"),
        information_rate=sources.value("measure", "information_rate"),
        budget=_set(sensor, sensor.outputs.budget, "bit/s"),
        serial_line=_stated("115,200 baud, 8 bits, no parity, 1 stop bit; frames with a CRC-8", _MAP),
        check_sums=_stated("CRC-8, polynomial 0x31, initial value 0xFF, in the last byte of a block", _MAP),
        reference=_stated(f"docs/reference/registers.md of sensorsmith {__version__}", _MAP),
        blocks=registers.blocks(),
        registers=registers.results(),
        settings=registers.settings(sensor),
    )


def _privacy(sources: _Sources) -> Privacy:
    found = _read(sources.tables, "proofs.json", _Proofs.model_validate)
    if found is None:
        return Privacy(verdicts=Statement(text="not proven", method="derived", by="sensorsmith prove has not been run"))
    names = {verdict: [p.name for p in found.proofs if p.verdict == verdict] for verdict in _VERDICTS}
    text = "; ".join(f"{verdict}: {', '.join(which)}" for verdict, which in names.items() if which)
    proof = sources.evidence("prove", "proofs.json", "/proofs")
    by = "proofs of the image on the emulated board"
    return Privacy(verdicts=Statement(text=text, method="derived", by=by, evidence=proof))


def _memory(board: BoardSpec | None, sources: _Sources) -> Memory:
    take = sources.value
    flash, code = take("firmware", "flash_bytes"), take("firmware", "code_bytes")
    weights, arena = take("compile", "weights_bytes"), take("compile", "arena_bytes")
    return Memory(
        flash_bytes=flash,
        code_bytes=code,
        weights_bytes=weights,
        other_flash_bytes=_rest("flash_bytes", flash, "code_bytes and weights_bytes", (code, weights)),
        ram_total_bytes=take("measure", "ram_total_bytes"),
        arena_bytes=arena,
        buffers_bytes=_rest("ram_static_bytes", take("firmware", "ram_static_bytes"), "arena_bytes", (arena,)),
        stack_bytes=take("measure", "stack_bytes"),
        board_flash_bytes=_board_size(board, "flash"),
        board_ram_bytes=_board_size(board, "ram"),
    )


def _board_size(board: BoardSpec | None, memory: str) -> Value:
    if board is None:
        return _no_board()
    found = board.flash if memory == "flash" else board.ram
    return Quantity(
        typ=found.size, unit="B", method="vendor", evidence=_board_evidence(board, f"/{memory}/size"), note=found.source
    )


def _clock(board: BoardSpec | None) -> Value:
    if board is None:
        return _no_board()
    c = board.clock
    return Quantity(
        min=c.min,
        typ=c.typ,
        max=c.max,
        unit=c.unit,
        method="vendor",
        evidence=_board_evidence(board, "/clock"),
        note=c.source,
    )


def _board_evidence(board: BoardSpec, pointer: str) -> tuple[Evidence, ...]:
    """The place in the board's own file, which names the vendor's document."""
    data = files("sensorsmith.boards").joinpath(board.name, "board.toml").read_bytes()
    return (Evidence(file=f"boards/{board.name}/board.toml", sha256=hash_bytes(data), pointer=pointer),)


def _no_board() -> Absent:
    return Absent(reason="not_provided", why="the board is not known")


def _setting(sensor: Sensor) -> Setting:
    s = sensor.setting
    return Setting(
        places=_stated(", ".join(s.places)),
        children=_known(s.children),
        health=_known(s.health),
        actuation=_known(s.actuation),
        radio=_known(s.radio),
        cloud=_known(s.cloud),
        updates=_known(s.updates),
        support_until=_known(s.support_until),
    )


def _known(fact: Known | str) -> Value:
    if fact == "unknown":
        return Absent(reason="not_provided", why="unknown in sensor.yaml")
    return _stated(fact if isinstance(fact, str) else "yes" if fact else "no")


def _declared(declarations: Declarations) -> Declared:
    d = declarations
    rules = [f"{c.rule} ({c.document or 'self-declared, no document'})" for c in d.compliance]
    return Declared(
        use_cases=_answered("use_cases", d, d.use_cases),
        out_of_scope=_answered("out_of_scope", d, d.out_of_scope),
        compliance=_answered("compliance", d, rules),
        answers={
            name: Statement(text=a.text, method="declared", by=a.by, on=a.on.isoformat())
            for name, a in sorted(d.answers.items())
        },
    )


def _answered(name: str, declarations: Declarations, texts: Sequence[str]) -> Value:
    if not texts:
        return Absent(reason="not_provided", why=f"declarations.yaml has no {name}")
    on = declarations.on.isoformat() if declarations.on else ""
    return Statement(text="; ".join(texts), method="declared", by=declarations.by or "", on=on)


def _confusion(sources: _Sources) -> Rows:
    found = _read(sources.tables, "evaluation.json", _Evaluation.model_validate)
    if found is None:
        return Absent(reason="not_provided", why="there is no evaluation.json")
    if not found.people:
        return Absent(reason="not_provided", why="evaluation.json has no windows")
    n = len(found.labels)
    if [len(row) for row in found.confusion] != [n] * n:
        raise DataError(f"confusion is not {n} rows of {n} counts, one for each label", where="evaluation.json")
    if any(count < 0 for row in found.confusion for count in row):
        raise DataError("confusion has a negative count", where="evaluation.json")
    rows = [(label, *row) for label, row in zip(found.labels, found.confusion, strict=True)]
    return _of_device(sources, "/confusion", ("label", *found.labels), rows)


def _people(sources: _Sources) -> Rows:
    found = _read(sources.tables, "evaluation.json", _Evaluation.model_validate)
    if found is None or not found.people:
        return Absent(reason="not_provided", why="evaluation.json has no people" if found else "no evaluation.json")
    for p in found.people:
        if p.correct > p.n or p.low > p.high:
            raise DataError(
                f"person {p.person} has {p.correct} of {p.n} windows correct, interval {p.low} to {p.high}",
                where="evaluation.json",
            )
    of_people = (sum(p.n for p in found.people), sum(p.correct for p in found.people))
    of_labels = (sum(map(sum, found.confusion)), sum(row[i] for i, row in enumerate(found.confusion)))
    if of_people != of_labels:
        raise DataError(
            f"people have {of_people[1]} of {of_people[0]} windows correct, confusion {of_labels[1]} of {of_labels[0]}",
            where="evaluation.json",
            todo="make both from the same predictions",
        )
    rows = [(p.person, p.n, p.correct, p.low, p.high) for p in found.people]
    return _of_device(sources, "/people", ("person", "windows", "correct", "low", "high"), rows)


def _footprint(sources: _Sources) -> Footprint:
    total = sources.value("footprint", "total_kg")
    found = _read(sources.tables, "footprint.json", _Carbon.model_validate)
    if found is None:
        missing = Absent(reason="not_provided", why="there is no footprint.json")
        return Footprint(total_kg=total, left_out=missing, blocks=missing)
    left_out = Statement(
        text=", ".join(gap.name for gap in found.not_provided) or "nothing",
        method="derived",
        evidence=sources.evidence("footprint", "footprint.json", "/not_provided"),
    )
    return Footprint(total_kg=total, left_out=left_out, blocks=_blocks(sources, found.lines))


def _blocks(sources: _Sources, lines: Sequence[_Line]) -> Table:
    """Carbon by block of the life-cycle model, the largest first."""
    sums: dict[str, tuple[float, float, float]] = {}
    for line in lines:
        low, typ, high = sums.get(line.block, (0.0, 0.0, 0.0))
        sums[line.block] = (low + line.low, typ + line.typ, high + line.high)
    rows = [(block, *ends) for block, ends in sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))]
    return Table(
        columns=("block", "low", "typ", "high"),
        rows=tuple(rows),
        method="computed",
        evidence=sources.evidence("footprint", "footprint.json", "/lines"),
        tool=_TOOL,
    )


def _of_device(sources: _Sources, pointer: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Table:
    """Counts of what the device reported: found in the same way as its accuracy."""
    accuracy = sources.value("measure", "accuracy_device")
    if not isinstance(accuracy, Quantity):
        raise DataError(
            "there are counts of what the device reported, but no accuracy_device",
            where="record of stage measure",
            todo="run the stage again",
        )
    return Table(
        columns=columns,
        rows=tuple(rows),
        method=accuracy.method,
        evidence=sources.evidence("measure", "evaluation.json", pointer),
        tool=accuracy.tool,
    )


def _read(tables: Mapping[str, Any], name: str, parse: Any) -> Any:
    if name not in tables:
        return None
    try:
        return parse(tables[name])
    except ValidationError as error:
        first = error.errors()[0]
        place = "/" + "/".join(str(part) for part in first["loc"])
        raise DataError(f"{place}: {first['msg']}", where=name, todo="run its stage again") from error


def _within(stage: str, place: Evidence) -> Evidence:
    """A stage names its files relative to its own folder; the document names them relative to the project's."""
    return place.model_copy(update={"file": f"{stage}/{place.file}"})


def _stated(text: str, by: str = "sensor.yaml") -> Value:
    if not text:
        return Absent(reason="not_provided", why=f"empty in {by}")
    return Statement(text=text, method="derived", by=by)


def _set(sensor: Sensor, value: float, unit: str) -> Quantity:
    """A number that the author chose."""
    return Quantity(typ=value, unit=unit, method="declared", by="sensor.yaml", on=f"version {sensor.identity.version}")


def _rest(whole_name: str, whole: Value, parts_name: str, parts: Sequence[Value]) -> Value:
    """What remains of a whole after its parts, in bytes."""
    terms = [whole, *parts]
    known = [t for t in terms if isinstance(t, Quantity) and t.typ is not None]
    if len(known) < len(terms):
        return Absent(reason="not_provided", why=f"{whole_name} or {parts_name} is missing")
    numbers = [t.typ or 0.0 for t in known]
    rest = numbers[0] - sum(numbers[1:])
    if rest < 0:
        raise DataError(
            f"{parts_name} ({sum(numbers[1:]):.0f} B) exceed {whole_name} ({numbers[0]:.0f} B)",
            todo="take both from one and the same build",
        )
    return Quantity(
        typ=rest,
        unit="B",
        method="computed",
        evidence=tuple(dict.fromkeys(e for t in known for e in t.evidence)),
        tool=_TOOL,
        note=f"{whole_name} without {parts_name}",
    )
