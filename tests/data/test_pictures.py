from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests import glimpse

from sensorsmith.base.errors import DataError
from sensorsmith.data import load_source, make_windows, to_counts
from sensorsmith.data.folder import hash_folder, read_folder, read_recording
from sensorsmith.spec.types import Data, Sensor

SENSOR = glimpse.SENSOR


def _saved(folder: Path, name: str, picture: Image.Image, **options: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def _noise(width: int, height: int, seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8))


def _with_data(labels: list[str] | None, source: str = "shots") -> Sensor:
    data = Data(source=source, group="picture", unseen=["all"])
    model = SENSOR.model.model_copy(update={"labels": labels})
    return SENSOR.model_copy(update={"data": data, "model": model})


def test_a_picture_of_the_right_size_is_taken_as_it_is(tmp_path: Path) -> None:
    picture = _noise(16, 12)
    recording = read_recording(_saved(tmp_path, "left/a-1_x.png", picture), SENSOR)
    assert (recording.label, recording.attributes) == ("left", {"picture": "a-1_x", "a": "1"})
    assert recording.rate_hz == 60
    assert np.array_equal(to_counts(recording, SENSOR), np.asarray(picture))


def test_the_middle_is_taken_in_the_shape_of_the_camera(tmp_path: Path) -> None:
    """48 x 12: a third of the width on either side is not seen."""
    picture = np.full((12, 48), 10, np.uint8)
    picture[:, 16:32] = 200
    found = to_counts(read_recording(_saved(tmp_path, "left/a.png", Image.fromarray(picture)), SENSOR), SENSOR)
    assert (found == 200).all()


def test_a_larger_picture_is_averaged(tmp_path: Path) -> None:
    chessboard = np.indices((120, 160)).sum(axis=0) % 2 * 255
    path = _saved(tmp_path, "left/a.png", Image.fromarray(chessboard.astype(np.uint8)))
    found = to_counts(read_recording(path, SENSOR), SENSOR)
    assert np.abs(found - 127.5).max() < 4


def test_colours_become_grey_as_the_eye_weighs_them(tmp_path: Path) -> None:
    path = _saved(tmp_path, "left/a.png", Image.new("RGB", (16, 12), (200, 100, 50)))
    assert (to_counts(read_recording(path, SENSOR), SENSOR) == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)).all()


def test_a_photograph_that_was_taken_upright(tmp_path: Path) -> None:
    """EXIF orientation 6: the first row of the file is the right side."""
    picture = np.zeros((16, 12), np.uint8)
    picture[:2] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    path = _saved(tmp_path, "left/a.jpg", Image.fromarray(picture), exif=exif, quality=95)
    found = to_counts(read_recording(path, SENSOR), SENSOR)
    assert found[:, -1].min() > 200 and found[:, 0].max() < 50


@pytest.mark.parametrize("ending", ["png", "bmp", "pgm", "JPG"])
def test_formats(tmp_path: Path, ending: str) -> None:
    path = _saved(tmp_path, f"left/a.{ending}", Image.new("L", (16, 12), 77))
    assert np.abs(to_counts(read_recording(path, SENSOR), SENSOR) - 77).max() <= 1


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    for name, seed in (("right/a.png", 1), ("left/b.png", 2), ("left/c.jpg", 3)):
        _saved(tmp_path / "shots", name, _noise(16, 12, seed))
    (tmp_path / "shots" / "left" / "notes.csv").write_text("not read")
    sensor = _with_data(list(glimpse.LABELS))
    dataset = load_source(sensor, tmp_path)
    assert dataset.labels == glimpse.LABELS, "in the order of the model's outputs"
    assert [r.source for r in dataset.recordings] == ["left/b.png", "left/c.jpg", "right/a.png"]
    assert dataset.source_hash == hash_folder(tmp_path / "shots", sensor)
    windows = make_windows(dataset, sensor)
    assert windows.raw.shape == (3, 12, 16)
    assert windows.label.tolist() == [0, 0, 1]
    assert windows.split.tolist() == ["unseen"] * 3


def test_labels_that_the_model_does_not_have(tmp_path: Path) -> None:
    _saved(tmp_path / "shots", "above/a.png", _noise(16, 12))
    with pytest.raises(DataError) as caught:
        load_source(_with_data(["left", "right"]), tmp_path)
    assert str(caught.value) == (
        "sensor.yaml: model.labels: the recordings have the label 'above', which is not among the model's; "
        "rename their folder to one of left, right"
    )


def _message(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_recording(path, SENSOR)
    return str(caught.value)


def test_files_that_are_no_pictures(tmp_path: Path) -> None:
    broken = "left/a.png: not a readable PNG, JPEG, BMP or PPM; save it again, or remove it"
    path = _saved(tmp_path, "left/a.png", _noise(64, 64))
    whole = path.read_bytes()
    for content in (b"", b"GIF89a" + bytes(40), whole[: len(whole) // 2], whole[:40] + bytes(60) + whole[100:]):
        path.write_bytes(content)
        assert _message(path) == broken
    path.unlink()
    assert _message(path) == broken


def test_pictures_that_are_too_deep_or_too_large(tmp_path: Path) -> None:
    deep = _saved(tmp_path, "left/deep.png", Image.fromarray(np.zeros((12, 16), np.uint16)))
    assert _message(deep) == (
        "left/deep.png: it has more than 8 bits per pixel; save it smaller, with 8 bits per colour"
    )
    large = _saved(tmp_path, "left/large.png", Image.new("1", (8000, 8000)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _message(large) == (
            "left/large.png: 8000 x 8000 pixels are more than 50 million; save it smaller, with 8 bits per colour"
        )


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    with pytest.raises(DataError) as caught:
        read_folder(tmp_path / "shots", SENSOR)
    assert str(caught.value) == (
        "shots: there are no recordings in this folder; "
        "put pictures into one sub-folder per label, such as person/hall_01.png"
    )
