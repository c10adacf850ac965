from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data import MODELS, PublishedModel, fetch_model, find_model, model_path
from sensorsmith.spec.types import ModelFile

CONTENT = b"what a model is made of" * 100


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server with one file."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "eye.tflite").write_bytes(CONTENT)
    handler = lambda *args: _Quiet(*args, directory=str(tmp_path / "served"))  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def model(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PublishedModel:
    """A model at that address, on a machine that has not got it."""
    found = PublishedModel(
        name="eye",
        title="an eye",
        licence="Apache-2.0",
        citation="",
        url=f"{address}/eye.tflite",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )
    monkeypatch.setitem(MODELS, "eye", found)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "user"))
    monkeypatch.delenv("SENSORSMITH_CACHE", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return found


def test_it_is_downloaded_once(model: PublishedModel) -> None:
    said: list[str] = []
    path = fetch_model("eye", said.append)
    assert path.read_bytes() == CONTENT
    assert fetch_model("eye", said.append) == path == find_model(model)
    assert said == ["eye: an eye; licence Apache-2.0; 0.0 MB to download", "eye: already on this machine"]


@pytest.mark.usefixtures("model")
def test_one_that_is_nowhere_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        model_path(ModelFile(file="eye"), tmp_path)
    assert str(caught.value) == "model 'eye' is not on this machine; run `sensorsmith data fetch eye`"


def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        model_path(ModelFile(file="mlperf-wvv"), tmp_path)
    assert str(caught.value) == (
        "sensor.yaml: model.file: there is no model 'mlperf-wvv'; give the path of a .tflite file, or one of mlperf-vww"
    )


def test_a_path_is_taken_as_one(tmp_path: Path) -> None:
    assert model_path(ModelFile(file="trained/model.tflite"), tmp_path) == tmp_path / "trained" / "model.tflite"


def test_it_is_found_by_content_whatever_its_name(
    model: PublishedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "renamed.bin").write_bytes(CONTENT)
    monkeypatch.setenv("SENSORSMITH_CACHE", str(tmp_path / "shelf"))
    assert find_model(model) == tmp_path / "shelf" / "renamed.bin"


@pytest.mark.parametrize("change", [lambda c: c[:-1] + b"!", lambda c: c + b"!", lambda c: c[:-1]])
def test_another_file_at_the_address_is_refused(model: PublishedModel, tmp_path: Path, change) -> None:
    changed = change(CONTENT)
    (tmp_path / "served" / "eye.tflite").write_bytes(changed)
    with pytest.raises(DataError) as caught:
        fetch_model("eye", lambda _: None)
    found = hashlib.sha256(changed).hexdigest()
    assert str(caught.value) == (
        f"eye.tflite: this is not the file that was published: its SHA-256 is {found[:12]}..., "
        f"not {model.sha256[:12]}...; remove it"
    )
    assert find_model(model) is None, "nothing is kept"


def test_no_such_file_and_no_network(model: PublishedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand = "check the network, or put the file into a folder and name that folder in SENSORSMITH_CACHE"
    for url, reason in (
        (model.url + "x", "File not found"),
        ("http://127.0.0.1:9/eye.tflite", "[Errno 111] Connection refused"),
    ):
        monkeypatch.setitem(MODELS, "eye", replace(model, url=url))
        with pytest.raises(DataError) as caught:
            fetch_model("eye", lambda _: None)
        assert str(caught.value) == f"{url}: 'eye' could not be downloaded: {reason}; {by_hand}"
