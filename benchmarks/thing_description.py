"""Thing Descriptions in the tools that others have for them: are they valid, and can their numbers be read?

    python benchmarks/thing_description.py                   # installs two packages from npm into a folder of its own
    python benchmarks/thing_description.py --node_modules PATH

The core of the Thing Description playground holds each description against the W3C's JSON Schema and its own further
checks; one without a title, one with an unknown operation and one whose security is not defined must be refused. The
octet-stream codec of node-wot then reads a known number with the content type of every number's form. Needs node and
npm. Writes benchmarks/results/thing_description.json.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_json
from sensorsmith.interface import thing_description
from sensorsmith.spec.types import Sensor

RESULT = Path(__file__).with_name("results") / "thing_description.json"
PACKAGES = ("@thing-description-playground/core@1.4.0", "@node-wot/core@0.9.2")
Json = dict[str, Any]
_CHECKED = ("json", "schema", "additional")
_VALIDATE = """
const { tdValidator } = require("@thing-description-playground/core");
const text = require("fs").readFileSync(0, "utf8");
tdValidator(text, () => {}, { checkDefaults: false, checkJsonLd: false, checkTmConformance: false })
    .then(found => console.log(JSON.stringify(found.report)), error => { console.error(error); process.exit(1); });
"""
_READ = """
const { ContentSerdes } = require("@node-wot/core");
const thing = JSON.parse(require("fs").readFileSync(0, "utf8"));
const numbers = Object.entries(thing.properties).filter(([_, property]) => property.type === "integer");
const read = ([name, property]) => {
    const form = property.forms[0];
    const body = Buffer.from([0xF1, 0xE2, 0xD3, 0xC4].slice(0, form["mls:bytes"]));
    return [name, ContentSerdes.get().contentToValue({ type: form.contentType, body }, property)];
};
console.log(JSON.stringify(Object.fromEntries(numbers.map(read))));
"""
_KNOWN = {1: 0xF1, 2: 0xE2F1, 4: 0xC4D3E2F1}


def things() -> dict[str, Json]:
    """One description as small and one as large as it can be, for the sensor of the tests."""
    file = Path(__file__).parents[1] / "tests" / "firmware" / "tiny" / "sensor.yaml"
    sensor = Sensor.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    identity = sensor.identity.model_copy(update={"datasheet_url": "https://example.org/d"})
    linked = sensor.model_copy(update={"identity": identity})
    many = [f"class {i}" for i in range(20)]
    return {"small": thing_description(sensor, ["one"]), "large": thing_description(linked, many)}


def without_words(node: Any) -> Any:
    """The same without descriptions: better words need no new check."""
    if isinstance(node, dict):
        return {key: without_words(value) for key, value in node.items() if key != "description"}
    return [without_words(item) for item in node] if isinstance(node, list) else node


def refused(thing: Json) -> dict[str, Json]:
    """Descriptions that are none."""
    found = {name: copy.deepcopy(thing) for name in ("no title", "unknown operation", "security not defined")}
    del found["no title"]["title"]
    found["unknown operation"]["properties"]["CLASS"]["forms"][0]["op"] = ["guess"]
    found["security not defined"]["security"] = "basic_sc"
    return found


def run(script: str, thing: Json, folder: Path) -> Any:
    done = subprocess.run(
        ["node", "-e", script], cwd=folder, input=json.dumps(thing), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def check(folder: Path) -> dict[str, bool]:
    """What came of it, by what was tried."""
    found: dict[str, bool] = {}
    for name, thing in things().items():
        report = run(_VALIDATE, thing, folder)
        found |= {f"{name}: {part}": report[part] == "passed" for part in _CHECKED}
        numbers = run(_READ, thing, folder)
        sizes = {name: thing["properties"][name]["forms"][0]["mls:bytes"] for name in numbers}
        found[f"{name}: numbers"] = len(numbers) > 20 and all(numbers[n] == _KNOWN[size] for n, size in sizes.items())
    for name, thing in refused(things()["small"]).items():
        report = run(_VALIDATE, thing, folder)
        found[f"refused: {name}"] = "failed" in (report[part] for part in _CHECKED)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node_modules", type=Path, help="where the packages are installed already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.node_modules.absolute().parent if options.node_modules else Path(name)
        if options.node_modules is None:
            quiet = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts")
            subprocess.run(["npm", "install", "--prefix", name, *quiet, *PACKAGES], check=True)
        found = check(folder)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    write_json(
        RESULT,
        {"date": today, "things": hash_json(without_words(things())), "packages": list(PACKAGES), "found": found},
    )
    for what, good in found.items():
        print(f"{what}: {good}")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
