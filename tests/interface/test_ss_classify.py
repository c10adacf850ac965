"""runtime/post/ss_classify.h, compiled for this machine."""

from __future__ import annotations

import ctypes
from importlib.resources import files

import numpy as np
import pytest

from sensorsmith.base.hostcc import build_shared, load

_CALLS = """\
#include "ss_classify.h"
uint8_t argmax(const int8_t *scores, uint8_t count);
uint8_t confidence(int8_t score, uint8_t bits);
uint8_t argmax(const int8_t *scores, uint8_t count) { return ss_argmax(scores, count); }
uint8_t confidence(int8_t score, uint8_t bits) { return ss_confidence(score, bits); }
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    header = (files("sensorsmith") / "runtime" / "post" / "ss_classify.h").read_text()
    found = load(build_shared({"ss_classify.h": header, "calls.c": _CALLS}, tmp_path_factory.mktemp("classify")))
    found.argmax.restype = found.confidence.restype = ctypes.c_uint8
    found.argmax.argtypes = [ctypes.c_void_p, ctypes.c_uint8]
    found.confidence.argtypes = [ctypes.c_int8, ctypes.c_uint8]
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 7, 254, 255])
@pytest.mark.parametrize("spread", [1, 3, 256])
def test_argmax_is_the_first_of_the_largest(library: ctypes.CDLL, count: int, spread: int) -> None:
    low = -128 if spread == 256 else 0
    scores = np.random.default_rng(count).integers(low, low + spread, (100, count)).astype(np.int8)
    for row in scores:
        assert library.argmax(row.ctypes.data, count) == np.argmax(row)


def test_the_largest_difference(library: ctypes.CDLL) -> None:
    assert library.argmax(np.array([-128, 127, -128], np.int8).ctypes.data, 3) == 1
    assert library.argmax(np.array([127, -128], np.int8).ctypes.data, 2) == 0


@pytest.mark.parametrize("bits", range(9))
def test_confidence_keeps_its_most_significant_bits(library: ctypes.CDLL, bits: int) -> None:
    found = {library.confidence(score, bits) for score in range(-128, 128)}
    assert found == {level << (8 - bits) for level in range(2**bits)}
    assert library.confidence(-128, bits) == 0


def test_confidence_rounds_down(library: ctypes.CDLL) -> None:
    assert [library.confidence(score, 4) for score in (-128, -113, -112, 126, 127)] == [0x00, 0x00, 0x10, 0xF0, 0xF0]
