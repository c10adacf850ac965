"""Trained models known by name: where they come from, under which licence, and the hash they must have.

One is looked for in the folder `SENSORSMITH_CACHE`, where files are recognised by content, then in the user's cache
folder. Only `fetch_model` reaches for a network.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sensorsmith.base.errors import DataError
from sensorsmith.base.files import cache_folder, write_bytes
from sensorsmith.base.hashing import hash_bytes, hash_file
from sensorsmith.data.sources import check_hash, in_named_folder
from sensorsmith.spec.types import ModelFile

_TIME_LIMIT = 60.0  # seconds without a byte


@dataclass(frozen=True)
class PublishedModel:
    """A .tflite file at a public address.

    Attributes:
        title: what it is, in a line.
        licence: SPDX identifier.
        citation: how its makers want to be named.
        size, sha256: of the file.
    """

    name: str
    title: str
    licence: str
    citation: str
    url: str
    size: int
    sha256: str


_VWW = PublishedModel(
    name="mlperf-vww",
    title="MLPerf Tiny's visual wake words: is a person in a picture of 96 x 96 pixels? MobileNet v1, int8",
    licence="Apache-2.0",
    citation="C. Banbury et al., MLPerf Tiny Benchmark, arXiv:2106.07597; trained on pictures of COCO 2014",
    url="https://raw.githubusercontent.com/mlcommons/tiny/1afd2c9820f795965a6134facd0b4dfae41ef23f/benchmark/training/"
    "visual_wake_words/trained_models/vww_96_int8.tflite",
    size=333288,
    sha256="597a384c8c2c8a1276f04702f25013b7838f2f814f1ca7c174d295b73e3d6b7b",
)

MODELS: Mapping[str, PublishedModel] = {model.name: model for model in (_VWW,)}


def model_path(model: ModelFile, project: Path) -> Path:
    """Where the model is that a sensor names: one of `MODELS`, else a file relative to `project`.

    Raises:
        DataError: there is no such name, or its file is not on this machine.
    """
    if not model.is_name:
        return project / model.file
    if model.file not in MODELS:
        raise DataError(
            f"there is no model {model.file!r}",
            where="sensor.yaml: model.file",
            todo=f"give the path of a .tflite file, or one of {', '.join(MODELS)}",
        )
    found = find_model(MODELS[model.file])
    if found is None:
        raise DataError(
            f"model {model.file!r} is not on this machine", todo=f"run `sensorsmith data fetch {model.file}`"
        )
    return found


def find_model(model: PublishedModel) -> Path | None:
    """The file of a model if it is on this machine, its hash checked; None otherwise.

    Raises:
        DataError: a file that bears its name has other content.
    """
    name = PurePosixPath(model.url).name
    found = next(in_named_folder({model.size: model.sha256}, {name: model.sha256}), None)
    if found is None and _cached(model).is_file():
        found = _cached(model)
        check_hash(model.sha256, hash_file(found), found)
    return found


def fetch_model(name: str, say: Callable[[str], None]) -> Path:
    """Put a named model into the user's cache folder, downloading it unless it is on this machine already.

    Args:
        say: is told what happens; licence and size before anything is downloaded.

    Raises:
        DataError: no network, or a file with the wrong hash.
        StorageError: the cache folder cannot be written.
    """
    model = MODELS[name]
    found = find_model(model)
    if found is not None:
        say(f"{name}: already on this machine")
        return found
    say(f"{name}: {model.title}; licence {model.licence}; {model.size / 1e6:.1f} MB to download")
    data = _download(model)
    check_hash(model.sha256, hash_bytes(data), Path(model.url.rpartition("/")[2]))
    write_bytes(_cached(model), data)
    return _cached(model)


def _cached(model: PublishedModel) -> Path:
    return cache_folder() / "models" / f"{model.name}.tflite"


def _download(model: PublishedModel) -> bytes:
    """No more bytes than expected."""
    try:
        with urllib.request.urlopen(model.url, timeout=_TIME_LIMIT) as response:
            data: bytes = response.read(model.size + 1)
            return data
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise DataError(
            f"{model.name!r} could not be downloaded: {reason}",
            where=model.url,
            todo="check the network, or put the file into a folder and name that folder in SENSORSMITH_CACHE",
        ) from error
