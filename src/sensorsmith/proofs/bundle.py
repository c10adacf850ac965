"""The audit bundle: everything of which an image was made, and the one command that makes it again."""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from sensorsmith.base.errors import DataError
from sensorsmith.firmware import Toolchain, firmware_id, read_elf
from sensorsmith.firmware.build import link_arguments
from sensorsmith.proofs.subject import Subject

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can hold: equal content gives equal bytes
_LIMIT = 64 << 20
_SCRIPT = """\
#!/bin/sh
# Makes the firmware from these sources and holds it against its identity. Needs {name} {version} and sha256sum.
set -eu
cd "$(dirname "$0")"
{checks}cd image
{compile} "-ffile-prefix-map=$PWD=." {arguments}
{objcopy} -O binary --gap-fill 0xFF {stored} sensor.elf sensor.bin
echo "{fw_id}  sensor.bin" | sha256sum -c -
"""


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read.

    Attributes:
        texts: sources of the image, by file name.
        model: the model's file.
        ids: `model_id`, `fw_id`, and the compiler's `toolchain`.
    """

    texts: Mapping[str, str]
    model: bytes
    ids: Mapping[str, str]


def write_bundle(subject: Subject, toolchain: Toolchain) -> bytes:
    """A zip file: `sensor.yaml`, `model.tflite`, `image/` with all sources, `ids.json`, and `rebuild.sh` for GCC."""
    ids = {
        "model_id": subject.model.sha256.hex(),
        "fw_id": firmware_id(subject.elf),
        "toolchain": f"{toolchain.name} {toolchain.version}",
    }
    files: dict[str, str | bytes] = {
        "ids.json": json.dumps(ids, indent=1, sort_keys=True) + "\n",
        "sensor.yaml": subject.description,
        "model.tflite": subject.model_file,
        **{f"image/{name}": text for name, text in subject.sources.items()},
    }
    if toolchain.name.endswith("gcc"):
        files["rebuild.sh"] = _script(subject, toolchain, ids)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _script(subject: Subject, toolchain: Toolchain, ids: Mapping[str, str]) -> str:
    program = PurePath(toolchain.command[0]).name
    model = f'echo "{ids["model_id"]}  model.tflite" | sha256sum -c -\n'
    return _SCRIPT.format(
        name=toolchain.name,
        version=toolchain.version,
        checks=model,
        compile=shlex.join([program, *toolchain.compile]),
        arguments=shlex.join([*link_arguments(subject.sources), *toolchain.link]),
        objcopy=program.replace("gcc", "objcopy"),
        stored=" ".join(f"-j {section.name}" for section in read_elf(subject.elf).sections if section.stored),
        fw_id=ids["fw_id"],
    )


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle.

    Raises:
        DataError: it is not one, or unpacks to more than 64 MB.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LIMIT:
                raise DataError("the bundle unpacks to more than 64 MB")
            files = {name: archive.read(name) for name in archive.namelist()}
        ids = json.loads(files["ids.json"])
        texts = {n.removeprefix("image/"): c.decode() for n, c in files.items() if n.startswith("image/")}
        return Bundle(texts, files["model.tflite"], ids)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataError(
            f"this is not an audit bundle: {error}", todo="give the audit.zip of a proven sensor"
        ) from error
