"""The register table in other forms: a C header, Markdown, and rows for the datasheet."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from sensorsmith.interface.registers import BLOCKS, MAGIC, NONE, REGISTERS, Modality, Register, Task, register
from sensorsmith.spec.types import Sensor

_MODALITIES = {"motion": Modality.MOTION}
_TASKS = {"classify": Task.CLASSIFY}


class Row(NamedTuple):
    """A line of the printed register table."""

    address: str
    name: str
    size: str
    type: str
    access: str
    reset: str
    meaning: str


def rows() -> list[Row]:
    """The register table as text, one row per register in order of address."""
    return [Row(_span(r), r.name, str(r.size), r.type, r.access, _reset(r), _meaning(r)) for r in REGISTERS]


def markdown() -> str:
    """The register table as a Markdown table."""
    titles = ("Address", "Name", "Bytes", "Type", "Access", "Reset", "Meaning")
    lines = [titles, ("---",) * len(titles), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def emit_c(sensor: Sensor) -> dict[str, str]:
    """The C header `ss_register_map.h`: addresses, sizes and masks of the map, and this sensor's constants."""
    bits = {f"{r.name}_{bit.name}": bit.mask for r in REGISTERS for bit in r.bits}
    lines = [
        "/* The register map MLS1 and this sensor's constants in it. Generated; do not edit. */",
        "#ifndef SS_REGISTER_MAP_H",
        "#define SS_REGISTER_MAP_H",
        "",
        *(f"#define SS_{b.name} 0x{b.start:02X}u\n#define SS_{b.name}_SIZE {b.size}u" for b in BLOCKS),
        "",
        *(
            f"#define SS_{r.name} 0x{r.address:02X}u\n#define SS_{r.name}_SIZE {r.size}u"
            for r in REGISTERS
            if r.name not in {b.name for b in BLOCKS}
        ),
        "",
        *(f"#define SS_{name} 0x{mask:02X}u" for name, mask in bits.items()),
        "",
        *(f"#define SS_{name} {value}" for name, value in _constants(sensor).items()),
        "",
        "#endif",
    ]
    return {"ss_register_map.h": "\n".join(lines) + "\n"}


def _constants(sensor: Sensor) -> dict[str, str]:
    rate = Fraction(sensor.transducer.rate).limit_denominator(1000)
    period = max(1, min(255, round(sensor.window.hop * 10)))
    values = {
        "IF_VER_VALUE": register("IF_VER").reset or 0,
        "VENDOR_VALUE": sensor.identity.vendor_id,
        "PRODUCT_VALUE": sensor.identity.product_id,
        "MODALITY_VALUE": int(_MODALITIES[sensor.transducer.modality]),
        "TASK_VALUE": int(_TASKS[sensor.task]),
        "CONF_BITS_VALUE": sensor.outputs.confidence_bits,
        "CAPS_VALUE": register("CAPS").reset or 0,
        "PERIOD_DS_VALUE": period,
        "NONE": NONE,
        # Samples per second, exactly: numerator and denominator.
        "RATE": rate.numerator,
        "RATE_PER": rate.denominator,
    }
    magic = ", ".join(f"'{chr(byte)}'" for byte in MAGIC)
    return {"MAGIC_VALUE": f"{{{magic}}}"} | {name: f"{value}u" for name, value in values.items()}


def _span(r: Register) -> str:
    return f"0x{r.address:02X}" if r.size == 1 else f"0x{r.address:02X}-0x{r.address + r.size - 1:02X}"


def _reset(r: Register) -> str:
    if r.reset is None:
        return "by sensor"
    return MAGIC.decode() if r.type == "ascii" else f"0x{r.reset:0{2 * r.size}X}"


def _meaning(r: Register) -> str:
    bits = ", ".join(f"0x{bit.mask:02X} {bit.name} ({bit.meaning})" for bit in r.bits)
    return f"{r.meaning}: {bits}" if bits else r.meaning
