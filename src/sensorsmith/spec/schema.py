"""The JSON Schema of sensor.yaml: completion and checks while a user types. The loader has the last word."""

from __future__ import annotations

import json
from typing import Any

from sensorsmith.spec.types import Sensor

FILE = "sensor.schema.json"
"""Published beside this module."""


def sensor_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of sensor.yaml."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Sensor.model_json_schema()
    _tidy(schema)
    return schema


def schema_text() -> str:
    """The bytes of the published file."""
    return json.dumps(sensor_schema(), indent=1, ensure_ascii=True) + "\n"


def _tidy(node: Any) -> None:
    """Drop titles that repeat the key, and defaults in base units that could not be written in the file."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _tidy(child)
    if not isinstance(node, dict):
        return
    for name, field in node.get("properties", {}).items():
        if isinstance(field, dict):
            if str(field.get("title", "")).replace(" ", "_").lower() == name:
                del field["title"]
            if field.get("type") == "string" and not isinstance(field.get("default", ""), str):
                del field["default"]
