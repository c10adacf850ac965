from __future__ import annotations

from tests.measure.example_profile import example_profile

from sensorsmith.compiler import BufferReport
from sensorsmith.measure import bytes_in_use, fullest, life_chart, short_name

BUFFERS = example_profile().buffers


def test_bytes_that_two_buffers_share_count_once() -> None:
    assert [bytes_in_use(BUFFERS, step) for step in range(-1, 6)] == [490, 490 + 160 + 2000, 2020, 2640, 704, 76, 12]
    assert fullest(BUFFERS, 5) == (0, 2650)


def test_the_chart() -> None:
    assert list(life_chart(BUFFERS, 5)) == [
        "input          490 B at   0  ##.....",
        "scratch        160 B at 500  .#.....",
        "first/Relu   2,000 B at 660  .##....",
        "depth/Relu   2,000 B at 640  ..##...",
        "point/Relu     640 B at   0  ...##..",
        "net/mean        64 B at 640  ....##.",
        "net/classes     12 B at   0  .....##",
    ]


def test_many_layers_share_columns() -> None:
    buffers = [BufferReport(f"t{i}", 0, 4, i, i + 1) for i in range(-1, 200)]
    bars = [line.split()[-1] for line in life_chart(buffers, 200)]
    assert {len(bar) for bar in bars} == {48}
    assert all("#" in bar for bar in bars)
    assert bars[0].startswith("#") and bars[-1].endswith("#")


def test_short_names() -> None:
    assert short_name("a/b/conv2d/Relu;c") == "conv2d/Relu"
    assert short_name("serving_default_input_1:0") == "serving_default_input_1…"
    assert short_name("a\x1b[31m\nb") == "a?[31m?b"
