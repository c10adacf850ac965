from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sensorsmith.spec import sensor_schema
from sensorsmith.spec.schema import FILE, schema_text
from sensorsmith.spec.yaml import read_yaml

TEMPLATES = Path(str(files("sensorsmith").joinpath("templates")))


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = sensor_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_published_file_is_current() -> None:
    published = files("sensorsmith.spec").joinpath(FILE).read_text(encoding="utf-8")
    assert published == schema_text(), (
        f"the published schema is out of date; run: sensorsmith schema --output src/sensorsmith/spec/{FILE}"
    )


@pytest.mark.parametrize("template", ["motion", "csv"])
def test_accepts_the_templates(validator: Any, template: str) -> None:
    validator.validate(read_yaml(TEMPLATES / template / "sensor.yaml").data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("window:", "widnow:"),
        ("  hop: 1 s\n", ""),
        ("50 Hz", "50"),
        ("50 Hz", "50 s"),
        ("length: 4 s", "length: -4 s"),
        ("0.1.0", "0.1"),
        ("unseen: [anna, ben]", "unseen: []"),
        ("decimate: 4", "decimate: 17"),
        ("decimate: 4", "decimate: four"),
        ("children: false", "children: maybe"),
        ("  architecture: conv1d\n", "  architecture: conv1d\n  file: x.tflite\n"),
        ("  architecture: conv1d\n", ""),
        ("country: AUT", "country: Austria"),
        ("nucleo-l4r5zi", "../x"),
        ("mass: 100 g", "mass: 100 g\n  duty_cycle: 5"),
    ],
)
def test_rejects_what_the_loader_rejects(validator: Any, tmp_path: Path, valid: str, old: str, new: str) -> None:
    def accepts(text: str) -> bool:
        (tmp_path / "sensor.yaml").write_text(text, encoding="utf-8")
        return bool(validator.is_valid(read_yaml(tmp_path / "sensor.yaml").data))

    assert valid.count(old) == 1
    assert accepts(valid)
    assert not accepts(valid.replace(old, new))


def test_keys_are_explained() -> None:
    """An editor shows what a key means; defaults can be pasted into the file as they are shown."""
    sections = sensor_schema()["$defs"]
    assert sections["Window"]["properties"]["hop"]["description"] == "A new result is given this often."
    assert sections["Window"]["properties"]["hop"]["examples"] == ["1 s"]
    for section in sections.values():
        assert "description" in section
        for key, field in section["properties"].items():
            assert "description" in field
            assert "title" not in field or key == "title"
            assert field.get("type") != "string" or isinstance(field.get("default", ""), str)
