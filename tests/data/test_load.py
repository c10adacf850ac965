from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data import hash_source, load_source
from sensorsmith.spec.types import Sensor


@pytest.mark.parametrize(
    ("name", "todo"),
    [
        ("recordings", "name a folder, or one of seglearn-watch"),
        ("seglearn_watch", "did you mean 'seglearn-watch'?"),
    ],
)
def test_a_source_that_is_not_there_is_refused(
    sensor: Callable[..., Sensor], tmp_path: Path, name: str, todo: str
) -> None:
    for use in (load_source, hash_source):
        with pytest.raises(DataError) as caught:
            use(sensor(data={"source": name}), tmp_path)
        message = f"sensor.yaml: data.source: there is neither a data set nor a folder called {name!r}; {todo}"
        assert str(caught.value) == message


def test_a_folder_is_read_from_the_project(sensor: Callable[..., Sensor], tmp_path: Path) -> None:
    file = tmp_path / "recordings" / "wave" / "person-anna_1.csv"
    file.parent.mkdir(parents=True)
    file.write_text("ax,wz\n1,2\n3,4\n")
    dataset = load_source(sensor(), tmp_path)
    assert dataset.recordings[0].samples.tolist() == [[1, 2], [3, 4]]
    assert dataset.source_hash == hash_source(sensor(), tmp_path)
    file.write_text("ax,wz\n1,2\n3,5\n")
    assert dataset.source_hash != hash_source(sensor(), tmp_path)
