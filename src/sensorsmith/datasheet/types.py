"""The datasheet, typed. Every leaf is a value with its method and evidence, a table that has them too, or absent.

`datasheet.json` is this document; the PDF and the HTML page are two views of it. The field's comments become the
descriptions of the published JSON Schema (`datasheet.schema.json`, kept equal by a test).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from sensorsmith.base.records import Absent, Evidence, Method, Record, Tool, Value

SCHEMA_ID: Final = "urn:sensorsmith:datasheet:1"


class Table(Record):
    """Rows of plain values that were found together, and so share one method and one evidence."""

    kind: Literal["table"] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    method: Method | Literal["derived"]
    evidence: tuple[Evidence, ...] = ()
    tool: Tool | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has not as many cells as there are columns")
        if self.method != "derived" and not self.evidence:
            raise ValueError(f"a table that is {self.method} needs evidence")
        return self


Rows = Annotated[Table | Absent, Field(discriminator="kind")]


class Part(Record):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Identity(Part):
    title: Value
    name: Value
    version: Value
    description: Value
    maker: Value
    """Who answers for the sensor."""
    board: Value
    processor: Value
    clock: Value
    """The clock for which the figures hold."""
    transducer: Value
    model_id: Value
    """SHA-256 of the compiled model; the MODEL_ID register."""
    firmware_id: Value
    """SHA-256 of the firmware image with its identity slot zeroed; the FW_ID register has its first half."""


class Signal(Part):
    channels: Value
    rate: Value
    window: Value
    """Length of the piece of signal that is classified."""
    hop: Value
    """A new result is given this often."""


class Performance(Part):
    """On people held out here; whom the model was trained on, `model.held_out` says."""

    accuracy_device: Value
    accuracy_int8: Value
    accuracy_float: Value
    accuracy_worst_person: Value
    disagreements: Value
    """Windows on which the device and the reference interpreter give different results."""
    confusion: Rows
    """First column the true label, then one column of counts for each label that was reported."""
    people: Rows
    """person, windows, correct, and the ends of the interval of its accuracy (low, high)."""


class Execution(Part):
    """Per window."""

    instructions_per_window: Value
    modelled_time_s: Value
    modelled_energy_j: Value
    measured_energy_j: Value
    measured_power_w: Value
    """Mean of the whole board."""


class Memory(Part):
    flash_bytes: Value
    code_bytes: Value
    weights_bytes: Value
    other_flash_bytes: Value
    """Tables and initial values: flash that is neither code nor weights."""
    ram_total_bytes: Value
    arena_bytes: Value
    buffers_bytes: Value
    """Static RAM beside the arena: the ring of samples and the state of the firmware."""
    stack_bytes: Value
    board_flash_bytes: Value
    board_ram_bytes: Value


class Model(Part):
    parameters: Value
    macs: Value
    steps: Value
    """Of training."""
    held_out: Value
    """Whom the model was trained on, as far as that is known."""
    toolchain: Value


class Dataset(Part):
    source: Value
    licence: Value
    labels: Value
    people: Value
    recordings: Value
    duration_s: Value
    train: Value
    """Windows to learn from."""
    validation: Value
    """Windows to choose by."""
    unseen: Value
    """Windows of people held out for the figures of this sheet."""


class Interface(Part):
    bus: Value
    information_rate: Value
    """The most that the outputs can tell a host."""
    budget: Value
    serial_line: Value
    check_sums: Value
    reference: Value
    """Where bits, codes and the bytes to send are explained."""
    blocks: Table
    """Of the register map: address, name, access, bytes, meaning, privacy."""
    registers: Table
    """Of the block RESULT: address, name, access, bytes, meaning, privacy."""
    settings: Table
    """address, name, value at power on, smallest and largest value."""


class Privacy(Part):
    """What was proven on the image of the firmware about what leaves it."""

    verdicts: Value
    """Which proofs are broken, hold or were not run; or `not proven`."""


class Footprint(Part):
    total_kg: Value
    left_out: Value
    """What the total leaves out because it was not provided; or `nothing`."""
    blocks: Rows
    """block, and its low, typical and high carbon in kg CO2e."""


class Setting(Part):
    """Where and how the sensor is used."""

    places: Value
    children: Value
    health: Value
    actuation: Value
    radio: Value
    cloud: Value
    updates: Value
    support_until: Value


class Declared(Part):
    """What only the maker can know."""

    use_cases: Value
    out_of_scope: Value
    compliance: Value
    answers: dict[str, Value]
    """Further declared fields, by name."""


class Document(Part):
    """A datasheet: what a sensor is and does, each number with the way it was found and the place of its proof."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    schema_id: Literal["urn:sensorsmith:datasheet:1"] = Field(default=SCHEMA_ID, alias="$schema")
    identity: Identity
    signal: Signal
    performance: Performance
    execution: Execution
    memory: Memory
    model: Model
    dataset: Dataset
    interface: Interface
    privacy: Privacy
    footprint: Footprint
    setting: Setting
    declared: Declared
