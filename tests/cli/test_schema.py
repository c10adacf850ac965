from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from sensorsmith.cli import main
from sensorsmith.spec.schema import schema_text


def test_prints_the_schema() -> None:
    result = CliRunner().invoke(main, ["schema"])
    assert result.exit_code == 0
    assert result.stdout == schema_text()
    assert CliRunner().invoke(main, ["schema", "--json"]).stdout == schema_text()


def test_writes_the_schema(tmp_path: Path) -> None:
    target = tmp_path / "sensor.schema.json"
    result = CliRunner().invoke(main, ["schema", "--output", str(target)])
    assert (result.exit_code, result.output) == (0, "")
    assert target.read_text(encoding="utf-8") == schema_text()
    result = CliRunner().invoke(main, ["schema", "--json", "--output", str(target)])
    assert json.loads(result.stdout) == {"file": str(target)}
