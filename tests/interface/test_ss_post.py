"""runtime/post/ss_post.h, compiled for this machine, against its twin."""

from __future__ import annotations

import ctypes
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import tiny

from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.interface import NONE, Post, emit_c

CLASSES = 5
_CALLS = """\
#include "ss_post.h"
static struct ss_post post;
void start(void);
void start(void) { ss_post_start(&post); }
void step(const int8_t *scores, uint8_t threshold, uint8_t debounce, uint8_t smoothing, uint8_t *out);
void step(const int8_t *scores, uint8_t threshold, uint8_t debounce, uint8_t smoothing, uint8_t *out)
{
    struct ss_post_settings set = {threshold, debounce, smoothing};
    ss_post_scores(&post, scores, set);
    out[0] = post.reported;
    out[1] = ss_post_confidence(&post);
}
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[ctypes.CDLL]:
    """One for each number of confidence bits."""
    header = (files("sensorsmith") / "runtime" / "post" / "ss_post.h").read_text()
    found = []
    for bits in range(9):
        outputs = tiny.SENSOR.outputs.model_copy(update={"confidence_bits": bits})
        table = emit_c(tiny.SENSOR.model_copy(update={"outputs": outputs}), tiny.LABELS, bytes(32))
        calls = f"#define SS_CLASSES {CLASSES}u\n{_CALLS}"
        found.append(load(build_shared({"ss_post.h": header, "c.c": calls} | table, tmp_path_factory.mktemp("post"))))
    return found


scores = st.lists(st.integers(-128, 127), min_size=CLASSES, max_size=CLASSES)


@given(
    stream=st.lists(scores, min_size=1, max_size=50),
    bits=st.integers(0, 8),
    threshold=st.integers(0, 255),
    debounce=st.integers(1, 32),
    smoothing=st.integers(0, 6),
)
def test_the_c_is_its_twin(
    libraries: list[ctypes.CDLL], stream: list[list[int]], bits: int, threshold: int, debounce: int, smoothing: int
) -> None:
    libraries[bits].start()
    twin, out = Post(bits, threshold, debounce, smoothing), ctypes.create_string_buffer(2)
    for row in np.array(stream, np.int8):
        libraries[bits].step(row.ctypes.data_as(ctypes.c_void_p), threshold, debounce, smoothing, out)
        assert tuple(out.raw) == twin(row)


def _row(best: int, score: int = 100) -> np.ndarray:
    row = np.full(CLASSES, -128, np.int8)
    row[best] = score
    return row


def test_the_first_of_the_largest() -> None:
    assert Post(8)(np.array([3, 7, 7, -128, 7], np.int8))[0] == 1
    assert Post(8)(np.array([127, -128, -128, -128, -128], np.int8)) == (0, 255)


@pytest.mark.parametrize("bits", range(9))
def test_confidence_keeps_its_most_significant_bits_and_rounds_down(bits: int) -> None:
    found = {Post(bits)(_row(0, score))[1] for score in range(-128, 128)}
    assert found == {level << (8 - bits) for level in range(2**bits)}


def test_a_threshold_sees_only_the_bits_that_the_host_sees() -> None:
    """Otherwise a host could find the confidence exactly, by moving the threshold."""
    for threshold in range(256):
        told = {Post(2, threshold)(_row(0, score)) for score in range(64)}  # one level of 2 bits
        assert len(told) == 1


def test_debouncing_holds_the_class_before() -> None:
    post = Post(8, debounce=3)
    seen = [post(_row(best))[0] for best in (1, 1, 1, 2, 1, 2, 2, 2, 0)]
    assert seen == [NONE, NONE, 1, 1, 1, 1, 1, 2, 2]


def test_the_confidence_is_that_of_the_reported_class() -> None:
    post = Post(8, debounce=2)
    post(_row(1)), post(_row(1))
    assert post(_row(2)) == (1, 0)


def test_smoothing_approaches_a_constant_score() -> None:
    post = Post(8, smoothing=6)
    post(_row(0, -100))
    for _ in range(600):
        told = post(_row(0, 100))
    assert told[0] == 0 and 226 <= told[1] <= 228
