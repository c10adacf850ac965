from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.graph import Padding, output_size, padding_before
from sensorsmith.graph.window import windows


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.sampled_from(["same", "valid"]),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
)
def test_windows_hold_what_their_position_says(
    image: tuple[int, int], size: tuple[int, int], stride: tuple[int, int], padding: Padding, dilation: tuple[int, int]
) -> None:
    counts = [output_size(image[i], size[i], stride[i], padding, dilation[i]) for i in (0, 1)]
    if 0 in counts:
        return
    before = [padding_before(image[i], size[i], stride[i], padding, dilation[i]) for i in (0, 1)]
    x = np.arange(2 * image[0] * image[1] * 3).reshape(2, *image, 3)
    result = windows(x, size, stride, padding, dilation, fill=-7)
    assert result.shape == (2, *counts, *size, 3)
    for row, column, i, j in np.ndindex(*counts, *size):
        r = row * stride[0] + i * dilation[0] - before[0]
        c = column * stride[1] + j * dilation[1] - before[1]
        inside = 0 <= r < image[0] and 0 <= c < image[1]
        expected = x[:, r, c] if inside else np.full((2, 3), -7)
        np.testing.assert_array_equal(result[:, row, column, i, j], expected)


def test_sizes_follow_tensorflow() -> None:
    assert output_size(49, 10, 2, "same") == 25
    assert output_size(49, 10, 2, "valid") == 20
    assert output_size(10, 3, 1, "valid", dilation=3) == 4
    assert output_size(3, 4, 1, "valid") == 0
    assert padding_before(49, 10, 2, "same") == 4  # of 9; the fifth goes behind
    assert padding_before(49, 10, 2, "valid") == 0
