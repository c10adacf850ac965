"""The register table as the C header that the register file is built from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from sensorsmith.interface.power_on import power_on, texts
from sensorsmith.interface.registers import BLOCKS, KEY, NONE, REGISTERS, SETTINGS
from sensorsmith.spec.types import Sensor


def emit_c(sensor: Sensor, labels: Sequence[str], model_id: bytes) -> dict[str, str]:
    """The C header `ss_register_map.h`: addresses, masks, codes and tables of the map, and this sensor's content of it.

    Args:
        labels: names of the classes, 1 to 254.
        model_id: SHA-256 of the compiled model, 32 bytes.

    Raises:
        DataError: a label does not fit into the register TEXT.
    """
    parts = (places("SS"), codes("SS"), _limits(), _constants(sensor), _tables(sensor, labels, model_id))
    lines = [
        "/* The register map MLS1 and this sensor's content of it. Generated; do not edit. */",
        "#ifndef SS_REGISTER_MAP_H",
        "#define SS_REGISTER_MAP_H",
        *(line for part in parts for line in ("", *part)),
        "",
        "#endif",
    ]
    return {"ss_register_map.h": "\n".join(lines) + "\n"}


def sample_rate(sensor: Sensor) -> Fraction:
    """Samples per second, as the firmware counts time."""
    return Fraction(sensor.transducer.sample_rate).limit_denominator(1000)


def places(prefix: str) -> Iterable[str]:
    """Macros with address and bytes of every block and register, and of all settings together."""
    found = {b.name: (b.start, b.size) for b in BLOCKS} | {r.name: (r.address, r.size) for r in REGISTERS}
    found["SETTINGS"] = (SETTINGS[0].address, sum(r.size for r in SETTINGS))
    for name, (start, size) in found.items():
        yield f"#define {prefix}_{name} 0x{start:02X}u"
        yield f"#define {prefix}_{name}_SIZE {size}u"


def codes(prefix: str) -> Iterable[str]:
    """Macros of the bits and the named values of every register."""
    for r in REGISTERS:
        yield from (f"#define {prefix}_{r.name}_{bit.name} 0x{bit.mask:02X}u" for bit in r.bits)
        yield from (f"#define {prefix}_{r.name}_{code.name} {int(code)}u" for code in r.named)


def _limits() -> Iterable[str]:
    start = SETTINGS[0].address
    limits = ((r.address - start, r.size, *r.limits) for r in SETTINGS if r.limits is not None)
    rows = (f"{{{', '.join(f'{value}u' for value in row)}}}" for row in limits)
    yield "/* Of each setting: offset, bytes, smallest and largest value. */"
    yield f"#define SS_LIMITS_VALUE {{{', '.join(rows)}}}"


def _constants(sensor: Sensor) -> Iterable[str]:
    rate = sample_rate(sensor)
    values = {
        "KEY": KEY,
        "NONE": NONE,
        "BLOCK_MAXIMUM": max(b.size for b in BLOCKS),
        "CONF_BITS_VALUE": sensor.outputs.confidence_bits,
        # Samples per second, exactly: numerator and denominator.
        "RATE_NUMERATOR": rate.numerator,
        "RATE_DENOMINATOR": rate.denominator,
    }
    return (f"#define SS_{name} {value}u" for name, value in values.items())


def _tables(sensor: Sensor, labels: Sequence[str], model_id: bytes) -> Iterable[str]:
    blocks = (f"{{0x{b.start:02X}u, {b.size}u, {int(b.crc)}u}}" for b in BLOCKS)
    words = (f"{{0x{selector:02X}u, {len(text)}u, {_bytes(text)}}}" for selector, text in texts(sensor, labels).items())
    yield "/* Of each block: address, bytes, whether the last of them is a check sum. */"
    yield f"#define SS_BLOCKS_VALUE {{{', '.join(blocks)}}}"
    yield "/* Of each text: its TEXT_SEL, bytes, content. */"
    yield f"#define SS_TEXTS_VALUE {{{', '.join(words)}}}"
    yield "/* The map at power on. */"
    yield f"#define SS_POWER_ON_VALUE {_bytes(power_on(sensor, labels, model_id))}"


def _bytes(data: bytes) -> str:
    return "{" + ", ".join(f"0x{byte:02X}" for byte in data) + "}"
