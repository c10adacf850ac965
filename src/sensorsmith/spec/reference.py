"""The reference of sensor.yaml as Markdown, from the same types that read the file."""

from __future__ import annotations

from typing import Any

from sensorsmith.spec.schema import sensor_schema

_HEAD = """# Reference: sensor.yaml

Generated from the types that read the file, by `sensorsmith schema --markdown`. Quantities are written with their unit
(`4 s`, `64 KiB`, `20 deg`); shares as `20 %` or `0.2`. A key that is not listed here is refused.
"""


def reference_text() -> str:
    """The text of docs/reference/sensor-yaml.md."""
    schema = sensor_schema()
    sections = schema["$defs"]
    parts = [_HEAD, *_section("sensor.yaml", schema, sections)]
    for name in _in_order(schema):
        parts += _section(name, sections[name], sections)
    return "\n".join(parts)


def _in_order(schema: dict[str, Any]) -> list[str]:
    """Sections as they are first met from the top of the file down."""
    found: list[str] = []
    queue = [schema]
    while queue:
        for name in _references(queue.pop(0).get("properties", {})):
            if name not in found:
                found.append(name)
                queue.append(schema["$defs"][name])
    return found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else []
        return own + [name for child in node.values() for name in _references(child)]
    return [name for child in node for name in _references(child)] if isinstance(node, list) else []


def _section(title: str, schema: dict[str, Any], sections: dict[str, Any]) -> list[str]:
    rows = []
    for name, field in schema["properties"].items():
        default = "needed" if name in schema.get("required", []) else _default(field)
        rows.append(f"| `{name}` | {_kind(field)} | {default} | {_meaning(field, sections)} |")
    return [
        f"## {title}\n",
        _text(schema) + "\n",
        "| key | value | default | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


def _meaning(field: dict[str, Any], sections: dict[str, Any]) -> str:
    """What the field says of itself, else what its sections say."""
    return _text(field) or " ".join(_text(sections[name]) for name in dict.fromkeys(_references(field)))


def _text(schema: dict[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).split()).replace("|", "\\|")


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    return "" if default in (None, "", []) or isinstance(default, dict) else f"`{default}`"


def _kind(field: dict[str, Any]) -> str:
    """What may be written, in words."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field or "oneOf" in field:
        options = field.get("anyOf") or field["oneOf"]
        kinds = [_kind(option) for option in options if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if field.get("examples"):
        return f"such as `{field['examples'][0]}`"
    return {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true`, `false`"}[
        field["type"]
    ]
