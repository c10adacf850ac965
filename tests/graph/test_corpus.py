"""Files that benchmarks/fuzz_reader.py starts from, and hostile ones that it made: each ends in its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import check_graph, read_tflite, same, write_tflite

FILES = sorted((Path(__file__).parent / "corpus").glob("*.tflite"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_read_whole_or_refused_in_one_line(path: Path) -> None:
    data = path.read_bytes()
    try:
        graph = read_tflite(data)
    except ModelError as error:
        assert path.stem[0].isdigit(), "a sound file is refused"
        assert "\n" not in str(error)
        assert error.what
        assert error.todo
        return
    check_graph(graph)
    assert same(read_tflite(write_tflite(graph)), graph)
    try:
        compile_graph(graph, "model")
    except ModelError as error:
        assert path.stem[0].isdigit() or "float" in path.stem or path.stem == "halves"
        assert "\n" not in str(error)


def test_the_corpus_is_small() -> None:
    assert 20 <= len(FILES) <= 80
    assert sum(path.stat().st_size for path in FILES) < 100_000
