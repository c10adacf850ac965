from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sensorsmith.cli import main
from sensorsmith.cli.new import TEMPLATES
from sensorsmith.spec import load_declarations, load_sensor
from sensorsmith.spec.yaml import read_yaml


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["new", *words])


@pytest.mark.parametrize("template", TEMPLATES)
def test_writes_a_sensor_that_loads(template: str) -> None:
    result = run("wrist-band", "--template", template)
    assert result.exit_code == 0, result.stderr
    first = {
        "motion": "",
        "csv": "put your recordings into wrist-band/recordings, then: ",
        "camera": "sensorsmith data fetch mlperf-vww, then: ",
    }[template]
    assert result.output == (
        f"Wrote the sensor wrist-band. Its README.md says how to go on; in short: {first}sensorsmith make wrist-band\n"
    )
    folder = Path("wrist-band")
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "declarations.yaml", "sensor.schema.json", "sensor.yaml"
    ]  # fmt: skip
    sensor = load_sensor(folder / "sensor.yaml")
    assert sensor.identity.name == "wrist-band"
    assert load_declarations(folder / "declarations.yaml").use_cases == []
    for path in folder.iterdir():
        assert "my-sensor" not in path.read_text(encoding="utf-8")
    assert [path.name for path in Path().iterdir()] == ["wrist-band"], "nothing else is left behind"


def test_motion_template_is_the_documented_sensor() -> None:
    run("wrist")
    sensor = load_sensor(Path("wrist/sensor.yaml"))
    assert sensor.data.source == "seglearn-watch"
    assert sensor.data.unseen == ["p08", "p09", "p10"]
    assert sensor.data.validation == ["p07"]
    assert sensor.board == "nucleo-l4r5zi"


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_editor_finds_the_schema(template: str) -> None:
    run("wrist", "--template", template)
    first = Path("wrist/sensor.yaml").read_text(encoding="utf-8").splitlines()[0]
    schema = json.loads((Path("wrist") / first.partition("$schema=")[2]).read_text(encoding="utf-8"))
    jsonschema.validate(read_yaml(Path("wrist/sensor.yaml")).data, schema)


@pytest.mark.parametrize("template", TEMPLATES)
def test_commented_declarations_load_once_uncommented(template: str) -> None:
    """What the file offers to take the # away from is right as it stands."""
    run("wrist", "--template", template)
    path = Path("wrist/declarations.yaml")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:2] + [line.removeprefix("# ") for line in lines[2:]]), encoding="utf-8")
    declarations = load_declarations(path)
    assert declarations.answers["some_field"].by == "Ada Lovelace"
    assert declarations.answers["another_field"].by == "Grace Hopper"
    assert declarations.compliance[0].rule == "RoHS"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_refuses_to_overwrite(kind: str) -> None:
    path = Path("wrist")
    path.mkdir() if kind == "folder" else path.write_text("mine", encoding="utf-8")
    result = run("wrist")
    assert result.exit_code == 2
    assert result.stderr == "error: wrist: there is something of this name already; choose another name\n"
    assert path.read_text(encoding="utf-8") == "mine" if kind == "file" else not list(path.iterdir())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "My Sensor",
            'error: NAME: "My Sensor" is not 2 to 40 lower-case letters, digits and hyphens, a letter first; '
            'write for example "wrist-exercise"\n',
        ),
        (
            "..",
            'error: NAME: ".." is not 2 to 40 lower-case letters, digits and hyphens, a letter first; '
            'write for example "wrist-exercise"\n',
        ),
        (
            "string",
            'error: NAME: "string" would hide a C header or a device of Windows; write for example "wrist-exercise"\n',
        ),
        ("no-such/wrist", "error: no-such: there is no such folder; make it first\n"),
    ],
)
def test_refuses_names(name: str, message: str) -> None:
    result = run(name)
    assert (result.exit_code, result.stderr) == (2, message)
    assert list(Path().iterdir()) == []


def test_json() -> None:
    assert json.loads(run("wrist", "--json").stdout) == {
        "folder": "wrist",
        "files": ["README.md", "declarations.yaml", "sensor.schema.json", "sensor.yaml"],
    }
    assert json.loads(run("wrist", "--json").stdout)["error"]["exit_code"] == 2
