"""Lay out: the document printed into the pieces of a sheet."""

from __future__ import annotations

from sensorsmith.base.records import Absent, Condition, Evidence, Interval, Quantity, Record, Statement, Value
from sensorsmith.datasheet.format import aligned, number, printable, scale
from sensorsmith.datasheet.sheet import (
    Block,
    Blocks,
    Cell,
    Confusion,
    Count,
    Fact,
    Memory,
    People,
    Person,
    Piece,
    Registers,
    Row,
    Segment,
    Sheet,
)
from sensorsmith.datasheet.types import Document, Table


def lay_out(document: Document) -> Sheet:
    """Print a document into pieces."""
    d = document
    return Sheet(
        title=_text(d.identity.title, "/identity/title")[0],
        name=_text(d.identity.name, "/identity/name")[0],
        version=_text(d.identity.version, "/identity/version")[0],
        description=_text(d.identity.description, "/identity/description"),
        headline=_headline(d),
        identity=_identity(d),
        declared=_declared(d),
        answers=tuple(
            _fact(name.replace("_", " "), value, f"/declared/answers/{_escaped(name)}")
            for name, value in d.declared.answers.items()
        ),
        dataset=_dataset(d),
        common=_common(d),
        figures=_figures(d),
        confusion=_confusion(d),
        people=_people(d),
        memories=_memories(d),
        total=_fact(_life(d), d.footprint.total_kg, "/footprint/total_kg"),
        left_out=_text(d.footprint.left_out, "/footprint/left_out"),
        blocks=_blocks(d),
        registers=_registers(d),
        files=_files(d),
    )


def _headline(d: Document) -> tuple[Fact, ...]:
    return (
        _fact("accuracy, people held out", d.performance.accuracy_device, "/performance/accuracy_device", "%"),
        _fact("time per window", d.execution.modelled_time_s, "/execution/modelled_time_s"),
        _fact("energy per window", d.execution.modelled_energy_j, "/execution/modelled_energy_j"),
        _fact("flash", d.memory.flash_bytes, "/memory/flash_bytes"),
        _fact("RAM", d.memory.ram_total_bytes, "/memory/ram_total_bytes"),
        _fact(f"carbon, {_life(d)}", d.footprint.total_kg, "/footprint/total_kg"),
    )


def _life(d: Document) -> str:
    """What the carbon is that of: a sum that leaves something out must not pass for the whole."""
    left_out = d.footprint.left_out
    whole = not isinstance(left_out, Statement) or left_out.text == "nothing"
    return "whole life" if whole else "incomplete"


def _identity(d: Document) -> tuple[Fact, ...]:
    i, s = d.identity, d.signal
    timing = (
        *_value(s.window, "/signal/window"),
        Piece(" window, every "),
        *_value(s.hop, "/signal/hop"),
    )
    return (
        _fact("Maker", i.maker, "/identity/maker"),
        Fact(
            "Board",
            (
                *_value(i.board, "/identity/board"),
                Piece(", "),
                *_value(i.processor, "/identity/processor"),
                Piece(" at "),
                *_value(i.clock, "/identity/clock"),
            ),
            _method(i.clock),
            _evidence(i.clock),
        ),
        _fact("Transducer", i.transducer, "/identity/transducer"),
        Fact(
            "Signal",
            (*_value(s.channels, "/signal/channels"), Piece(" at "), *_value(s.rate, "/signal/rate")),
            _method(s.rate),
            "",
        ),
        Fact("Result", timing, _method(s.window), ""),
        _fact("Interface", d.interface.bus, "/interface/bus"),
        _fact("Privacy proofs", d.privacy.verdicts, "/privacy/verdicts"),
        Fact("Model ID", _hash(i.model_id, "/identity/model_id"), "", _evidence(i.model_id)),
        Fact("Firmware ID", _hash(i.firmware_id, "/identity/firmware_id"), "", _evidence(i.firmware_id)),
        _fact("Toolchain", d.model.toolchain, "/model/toolchain"),
    )


def _declared(d: Document) -> tuple[Fact, ...]:
    s, made = d.setting, "/setting"

    def said(**words: Value) -> Cell:
        cell: list[Piece] = []
        for word, value in words.items():
            lead = f"{' · ' if cell else ''}{word.replace('_', ' ')} "
            cell += [Piece(lead), *_value(value, f"{made}/{word}")]
        return tuple(cell)

    return (
        _fact("Use cases", d.declared.use_cases, "/declared/use_cases"),
        _fact("Out of scope", d.declared.out_of_scope, "/declared/out_of_scope"),
        _fact("Compliance", d.declared.compliance, "/declared/compliance"),
        Fact("Places", _value(s.places, f"{made}/places"), "", ""),
        Fact("Concerns", said(children=s.children, health=s.health, actuation=s.actuation), "", ""),
        Fact("Connected", said(radio=s.radio, cloud=s.cloud), "", ""),
        Fact("Upkeep", said(updates=s.updates, support_until=s.support_until), "", ""),
    )


def _dataset(d: Document) -> tuple[Fact, ...]:
    s, m = d.dataset, d.model
    recordings = (
        *_count(s.recordings, "/dataset/recordings", "recordings of "),
        *_count(s.people, "/dataset/people", "people, "),
        *_value(s.duration_s, "/dataset/duration_s"),
    )
    windows = (
        *_count(s.train, "/dataset/train", "to train, "),
        *_count(s.validation, "/dataset/validation", "to choose, "),
        *_count(s.unseen, "/dataset/unseen", "to judge"),
    )
    model = (
        *_count(m.parameters, "/model/parameters", "parameters, "),
        *_count(m.macs, "/model/macs", "multiply-accumulates, "),
        *_count(m.steps, "/model/steps", "training steps"),
    )
    return (
        _fact("Source", s.source, "/dataset/source"),
        _fact("Licence", s.licence, "/dataset/licence"),
        _fact("Classes in order", s.labels, "/dataset/labels"),
        Fact("Recordings", recordings, _method(s.recordings), _evidence(s.recordings)),
        Fact("Windows", windows, _method(s.train), _evidence(s.train)),
        Fact("Model", model, _method(m.parameters), _evidence(m.parameters)),
        _fact("Trained on", m.held_out, "/model/held_out"),
    )


_FIGURES = (
    (
        "Recognition, people held out",
        "performance",
        (
            ("Accuracy on the device", "accuracy_device", "%"),
            ("Accuracy of the int8 model", "accuracy_int8", "%"),
            ("Accuracy of the float model", "accuracy_float", "%"),
            ("Accuracy, worst person", "accuracy_worst_person", "%"),
            ("Device differs from int8 model", "disagreements", "windows"),
        ),
    ),
    (
        "Execution, per window",
        "execution",
        (
            ("Instructions", "instructions_per_window", "instructions"),
            ("Time, modelled", "modelled_time_s", "s"),
            ("Energy, modelled", "modelled_energy_j", "J"),
            ("Energy, measured", "measured_energy_j", "J"),
            ("Power, measured, mean", "measured_power_w", "W"),
        ),
    ),
    (
        "Memory",
        "memory",
        (
            ("Flash, all sections", "flash_bytes", "B"),
            ("RAM, static and stack", "ram_total_bytes", "B"),
            ("Stack", "stack_bytes", "B"),
        ),
    ),
    (
        "Interface",
        "interface",
        (("Information rate", "information_rate", "bit/s"), ("Information budget", "budget", "bit/s")),
    ),
)
"""Groups of key figures: title, section of the document, and name, field and unit of each row."""


def _figures(d: Document) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    shared = {said for said, _ in _shared(d)}
    return tuple(
        (title, tuple(_row(d, name, section, field, unit, shared) for name, field, unit in rows))
        for title, section, rows in _FIGURES
    )


def _shared(d: Document) -> list[tuple[Condition, str]]:
    """Conditions of several key figures that none contradicts, each with the pointer to its first place."""
    places: dict[Condition, list[str]] = {}
    for _, section, rows in _FIGURES:
        for _, field, _ in rows:
            value = getattr(getattr(d, section), field)
            for index, condition in enumerate(value.conditions if isinstance(value, Quantity) else ()):
                places.setdefault(condition, []).append(f"/{section}/{field}/conditions/{index}")
    names = [condition.name for condition in places]
    return [(c, at[0]) for c, at in places.items() if len(at) > 1 and names.count(c.name) == 1]


def _common(d: Document) -> Cell:
    cell: list[Piece] = []
    for condition, at in _shared(d):
        cell += [Piece("; "), *_condition(condition, at)] if cell else _condition(condition, at)
    return tuple(cell)


def _row(d: Document, name: str, section: str, field: str, unit: str, shared: set[Condition]) -> Row:
    value, source = getattr(getattr(d, section), field), f"/{section}/{field}"
    if not isinstance(value, Quantity):
        return Row(name, (), _text(value, source), (), "", (), _method(value), _evidence(value))
    factor, shown = _scale(value, unit)
    low, typical, high = (
        (Piece(number(end, factor), f"{source}/{key}"),) if end is not None else ()
        for key, end in (("min", value.min), ("typ", value.typ), ("max", value.max))
    )
    parts = [_interval(value.interval, f"{source}/interval", factor, shown)] if value.interval else []
    parts += [_condition(c, f"{source}/conditions/{i}") for i, c in enumerate(value.conditions) if c not in shared]
    parts += [_note(value, source)] if value.note else []
    conditions: Cell = ()
    for part in parts:
        conditions = (*conditions, Piece("; "), *part) if conditions else part
    return Row(name, low, typical, high, shown, conditions, _method(value), _evidence(value))


def _interval(interval: Interval, at: str, factor: float, unit: str) -> Cell:
    groups = () if interval.groups is None else (Piece(str(interval.groups), f"{at}/groups"), Piece(" people, "))
    return (
        Piece(f"{100 * interval.level:g}", f"{at}/level"),
        Piece(" % interval "),
        Piece(number(interval.low, factor), f"{at}/low"),
        Piece(" to "),
        Piece(number(interval.high, factor), f"{at}/high"),
        Piece(f" {unit}; "),
        *groups,
        Piece(str(interval.n), f"{at}/n"),
        Piece(" windows"),
    )


def _condition(condition: Condition, at: str) -> Cell:
    said = condition.value if isinstance(condition.value, str) else number(condition.value)
    unit = (Piece(" "), Piece(printable(condition.unit), f"{at}/unit")) if condition.unit else ()
    return (
        Piece(printable(condition.name), f"{at}/name"),
        Piece(" "),
        Piece(printable(said), f"{at}/value"),
        *unit,
    )


def _note(value: Value, source: str) -> Cell:
    if not isinstance(value, Quantity) or not value.note:
        return ()
    return (Piece(printable(value.note), f"{source}/note"),)


def _fact(name: str, value: Value, source: str, unit: str = "") -> Fact:
    return Fact(name, _value(value, source, unit), _method(value), _evidence(value))


def _value(value: Value, source: str, unit: str = "") -> Cell:
    """A value in a line: its number with the unit, or its text."""
    if not isinstance(value, Quantity):
        return _text(value, source)
    factor, shown = _scale(value, unit)
    if value.typ is not None:
        cell: Cell = (Piece(number(value.typ, factor), f"{source}/typ"),)
    elif value.min is not None and value.max is not None:
        low = Piece(number(value.min, factor), f"{source}/min")
        cell = (low, Piece(" to "), Piece(number(value.max, factor), f"{source}/max"))
    elif value.max is not None:
        cell = (Piece("at most "), Piece(number(value.max, factor), f"{source}/max"))
    else:
        cell = (Piece("at least "), Piece(number(value.min or 0.0, factor), f"{source}/min"))
    return (*cell, Piece(f" {shown}")) if shown else cell


def _count(value: Value, source: str, noun: str) -> Cell:
    """A number of things, with the noun in place of its unit."""
    if not isinstance(value, Quantity) or value.typ is None:
        return (*_value(value, source), Piece(f" {noun}"))
    factor, prefix = scale(value.typ, "1")
    return (Piece(number(value.typ, factor), f"{source}/typ"), Piece(f" {prefix} {noun}" if prefix else f" {noun}"))


def _text(value: Value, source: str) -> Cell:
    if isinstance(value, Absent):
        return (_absent(value, source),)
    if isinstance(value, Quantity):
        return _value(value, source)
    return (Piece(printable(value.text), f"{source}/text"),)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _hash(value: Value, source: str) -> Cell:
    """The first digits of a hash, in groups that an eye can compare."""
    if not isinstance(value, Statement):
        return _text(value, source)
    return (Piece(printable(value.text)[:16], f"{source}/text"), Piece("…"))


def _absent(value: Absent, source: str) -> Piece:
    return Piece(value.reason.replace("_", " "), f"{source}/reason", absent=True)


def _scale(value: Quantity, unit: str) -> tuple[float, str]:
    """One scale for all ends of a value, chosen by its typical one."""
    lead = next(end for end in (value.typ, value.max, value.min) if end is not None)
    return scale(lead, unit or value.unit)


def _method(value: Value | Table) -> str:
    return "" if isinstance(value, Absent) or value.method == "derived" else value.method


def _evidence(value: Value | Table) -> str:
    return printable(value.evidence[0].file) if not isinstance(value, Absent) and value.evidence else ""


def _confusion(d: Document) -> Confusion | Piece:
    table, source = d.performance.confusion, "/performance/confusion"
    if isinstance(table, Absent):
        return _absent(table, source)
    rows = []
    for r, row in enumerate(table.rows):
        counts = [int(count) for count in row[1:]]
        whole = max(sum(counts), 1)
        at = [f"{source}/rows/{r}/{c}" for c in range(1, len(row))]
        rows.append(
            tuple(
                Count(Piece(str(count), place), Piece(f"{100 * count / whole:.0f}", place), count / whole)
                for count, place in zip(counts, at, strict=True)
            )
        )
    labels = tuple(Piece(printable(name), f"{source}/columns/{c}") for c, name in enumerate(table.columns) if c)
    return Confusion(labels, tuple(rows), _method(table), _evidence(table))


def _people(d: Document) -> People | Piece:
    table, source = d.performance.people, "/performance/people"
    if isinstance(table, Absent):
        return _absent(table, source)
    rows = []
    for r, (name, n, correct, low, high) in enumerate(table.rows):
        at = f"{source}/rows/{r}"
        share = float(correct) / float(n)
        rows.append(
            Person(
                Piece(printable(str(name)), f"{at}/0"),
                Piece(str(correct), f"{at}/2"),
                Piece(str(n), f"{at}/1"),
                Piece(number(share, 0.01), f"{at}/2"),
                Piece(number(float(low), 0.01), f"{at}/3"),
                Piece(number(float(high), 0.01), f"{at}/4"),
                (float(low), share, float(high)),
            )
        )
    mean = d.performance.accuracy_device
    overall = None
    if isinstance(mean, Quantity) and mean.typ is not None and mean.interval is not None:
        overall = (mean.interval.low, mean.typ, mean.interval.high)
    return People(tuple(rows), overall, _method(table), _evidence(table))


def _blocks(d: Document) -> Blocks | Piece:
    table, source = d.footprint.blocks, "/footprint/blocks"
    if isinstance(table, Absent):
        return _absent(table, source)
    largest = max((float(row[2]) for row in table.rows), default=1.0)
    factor, unit = scale(largest, "kg CO2e")
    rows = []
    for r, (name, *ends) in enumerate(table.rows):
        values = [float(end) for end in ends]
        pieces = [Piece(aligned(v, factor, largest), f"{source}/rows/{r}/{c}") for c, v in enumerate(values, 1)]
        label = Piece(printable(str(name)).replace("_", " "), f"{source}/rows/{r}/0")
        rows.append(Block(label, pieces[0], pieces[1], pieces[2], (values[0], values[1], values[2])))
    whole, at = d.footprint.total_kg, "/footprint/total_kg"
    total: tuple[Piece, ...] = (Piece(""), *_text(whole, at), Piece(""))
    if isinstance(whole, Quantity):
        total = tuple(
            Piece("") if end is None else Piece(aligned(end, factor, largest), f"{at}/{key}")
            for key, end in (("min", whole.min), ("typ", whole.typ), ("max", whole.max))
        )
    return Blocks(tuple(rows), total, unit, _method(table), _evidence(table))


def _memories(d: Document) -> tuple[Memory, ...]:
    m = d.memory
    flash = {"code": "code", "weights": "weights", "other_flash": "other"}
    ram = {"arena": "arena", "buffers": "buffers", "stack": "stack"}
    return (
        _memory(d, "Flash", "flash", flash, m.board_flash_bytes, "board_flash"),
        _memory(d, "RAM", "ram_total", ram, m.board_ram_bytes, "board_ram"),
    )


def _memory(d: Document, name: str, whole: str, parts: dict[str, str], capacity: Value, capacity_field: str) -> Memory:
    values: dict[str, Value] = {f"{field}_bytes": getattr(d.memory, f"{field}_bytes") for field in parts}
    return Memory(
        name=name,
        total=_value(getattr(d.memory, f"{whole}_bytes"), f"/memory/{whole}_bytes"),
        segments=tuple(
            Segment(label, _value(value, f"/memory/{field}"), _size(value), _method(value))
            for label, (field, value) in zip(parts.values(), values.items(), strict=True)
        ),
        complete=all(isinstance(value, Quantity) for value in values.values()),
        capacity=_value(capacity, f"/memory/{capacity_field}_bytes"),
        size=_size(capacity),
    )


def _size(value: Value) -> float:
    return (value.typ or 0.0) if isinstance(value, Quantity) else 0.0


def _registers(d: Document) -> Registers:
    i = d.interface
    return Registers(
        facts=(
            _fact("Serial line", i.serial_line, "/interface/serial_line"),
            _fact("Check sums", i.check_sums, "/interface/check_sums"),
            Fact("Settings", (Piece("at power on (limits): "), *_settings(i.settings)), "", ""),
            _fact("Bits and codes", i.reference, "/interface/reference"),
        ),
        groups=(
            ("Blocks", _lines(i.blocks, "/interface/blocks")),
            ("RESULT, which a read without an address gives", _lines(i.registers, "/interface/registers")),
        ),
    )


def _lines(table: Table, source: str) -> tuple[tuple[Piece, ...], ...]:
    rows = []
    for r, row in enumerate(table.rows):
        texts = (f"0x{int(row[0]):02X}", *(str(cell) for cell in row[1:]))
        rows.append(tuple(Piece(printable(text), f"{source}/rows/{r}/{c}") for c, text in enumerate(texts)))
    return tuple(rows)


def _settings(table: Table) -> Cell:
    """Each setting with its value and limits, in a line."""
    cell: list[Piece] = []
    for r, row in enumerate(table.rows):
        name, value, least, most = (Piece(str(x), f"/interface/settings/rows/{r}/{c}") for c, x in enumerate(row) if c)
        cell += [Piece("; "), name] if cell else [name]
        cell += [Piece(" "), value, Piece(" ("), least, Piece(" to "), most, Piece(")")]
    return tuple(cell)


def _files(d: Document) -> tuple[tuple[Piece, Piece], ...]:
    """Every file of evidence once, with the first digits of its hash."""
    found: dict[str, tuple[Piece, Piece]] = {}

    def visit(node: object, pointer: str) -> None:
        if isinstance(node, Evidence):
            name = Piece(printable(node.file), f"{pointer}/file")
            found.setdefault(node.file, (name, Piece(node.sha256[:8], f"{pointer}/sha256")))
        elif isinstance(node, Record):
            for field, item in node:
                visit(item, f"{pointer}/{field}")
        elif isinstance(node, tuple):
            for index, item in enumerate(node):
                visit(item, f"{pointer}/{index}")

    visit(d, "")
    return tuple(found[name] for name in sorted(found))
