"""The driver for ESPHome in the real ESPHome: does it take it, does it refuse what it should, does its C++ compile?

    python benchmarks/esphome_driver.py               # installs ESPHome from PyPI into an environment of its own
    python benchmarks/esphome_driver.py --esphome PATH/TO/bin/esphome

Two nodes, an ESP32 and this computer, are configured with every part of the component; both are generated, and the C++
is compiled with ESPHome's own headers, for this computer (an ESP32's compiler would be downloaded). Settings out of
their limits must be refused with ESPHome's message. Writes benchmarks/results/esphome_driver.json.
"""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_json
from sensorsmith.interface.drivers import driver

RESULT = Path(__file__).with_name("results") / "esphome_driver.json"
NODE = """
esphome: {{name: node}}
{platform}
external_components: [{{source: {{type: local, path: components}}}}]
i2c: {bus}
mls1: {{update_interval: 1s, {settings}}}
text_sensor: [{{platform: mls1, name: Exercise}}]
sensor: [{{platform: mls1, name: Confidence}}]
binary_sensor: [{{platform: mls1, name: Rowing, class: 6}}, {{platform: mls1, name: Fault, fault: true}}]
"""
ESP32 = {"platform": "esp32: {board: esp32dev, framework: {type: esp-idf}}", "bus": "{}"}
HOST = {"platform": "host:", "bus": "{device: /dev/i2c-1}"}
REFUSED = {"debounce: 33": "value must be at most 32", "rate: 0": "value must be at least 1"}


def run(*words: str | Path, folder: Path) -> tuple[int, str]:
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def check(esphome: Path, folder: Path) -> dict[str, Any]:
    """What came of it, by what was tried."""
    for name, text in driver("esphome").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    def configured(platform: dict[str, str], settings: str, *command: str) -> tuple[int, str]:
        (folder / "node.yaml").write_text(NODE.format(**platform, settings=settings))
        return run(esphome, *command, "node.yaml", folder=folder)

    found: dict[str, Any] = {"version": run(esphome, "version", folder=folder)[1].split()[-1]}
    for name, platform in {"esp32": ESP32, "host": HOST}.items():
        code, said = configured(platform, "debounce: 2, sleep_s: 5", "compile", "--only-generate")
        main = (folder / ".esphome" / "build" / "node" / "src" / "main.cpp").read_text() if code == 0 else said[-500:]
        found[f"{name} generated"] = code == 0 and "set_i2c_address(0x2A)" in main and "set_setting(41, 5)" in main
    source = folder / ".esphome" / "build" / "node" / "src"
    component = source / "esphome" / "components" / "mls1"
    flags = ("-std=gnu++20", "-fsyntax-only", "-Wall", "-DUSE_HOST", f"-I{source}", f"-I{component}")
    code, said = run("c++", *flags, component / "mls1_component.cpp", folder=folder)
    found["compiled with its headers"] = code == 0 and "mls1_component" not in said
    for settings, message in REFUSED.items():
        code, said = configured(ESP32, settings, "config")
        found[f"refused {settings}"] = code != 0 and message in said
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--esphome", type=Path, help="the program, where it is installed already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        esphome = options.esphome and options.esphome.absolute()
        if esphome is None:
            venv.create(folder / "venv", with_pip=True)
            subprocess.run([folder / "venv" / "bin" / "pip", "install", "-q", "esphome"], check=True)
            esphome = folder / "venv" / "bin" / "esphome"
        (folder / "work").mkdir()
        found = check(esphome, folder / "work")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    write_json(RESULT, {"date": today, "driver": hash_json(driver("esphome")), "found": found})
    for what, good in found.items():
        print(f"{what}: {good}")
    return 0 if all(good for what, good in found.items() if what != "version") else 1


if __name__ == "__main__":
    sys.exit(main())
