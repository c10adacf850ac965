"""firmware/c/ss_march.h, compiled for this machine."""

from __future__ import annotations

import ctypes
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pytest

from sensorsmith.base.hostcc import build_shared, load

_CALLS = """\
#include "ss_march.h"
uint32_t element(volatile int16_t *cells, uint32_t count, uint8_t down, uint32_t from, uint32_t to);
uint32_t element(volatile int16_t *cells, uint32_t count, uint8_t down, uint32_t from, uint32_t to)
{
    return ss_march_element(cells, count, down, from, to);
}
uint8_t march(volatile int16_t *cells, uint32_t count);
uint8_t march(volatile int16_t *cells, uint32_t count) { return ss_march(cells, count); }
"""
_CONFIG = "#define SS_SAMPLE_BITS 0xFFFFu\ntypedef int16_t ss_sample;\n"
_ELEMENTS = ((0, 0, 0xFFFF), (0, 0xFFFF, 0), (1, 0, 0xFFFF), (1, 0xFFFF, 0), (0, 0, 0))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    header = (files("sensorsmith") / "firmware" / "c" / "ss_march.h").read_text()
    found = load(
        build_shared(
            {"ss_march.h": header, "ss_config.h": _CONFIG, "calls.c": _CALLS}, tmp_path_factory.mktemp("march")
        )
    )
    found.element.restype = ctypes.c_uint32
    found.march.restype = ctypes.c_uint8
    return found


def _march(library: ctypes.CDLL, cells: npt.NDArray[np.int16], down: int, before: int, after: int) -> int:
    return int(library.element(ctypes.c_void_p(cells.ctypes.data), len(cells), down, before, after))


def test_sound_memory_passes_and_is_left_empty(library: ctypes.CDLL) -> None:
    cells = np.arange(100, dtype=np.int16)
    assert library.march(ctypes.c_void_p(cells.ctypes.data), 100) == 1
    assert not cells.any()


@pytest.mark.parametrize("bit", range(16))
@pytest.mark.parametrize("stuck", [0, 1])
def test_a_stuck_bit_is_found(library: ctypes.CDLL, bit: int, stuck: int) -> None:
    """The memory is one in which a bit goes back to its value whenever an element of the march is over."""
    cells, wrong = np.zeros(10, np.uint16), 0
    for element in _ELEMENTS:
        cells[7] = cells[7] | 1 << bit if stuck else cells[7] & (0xFFFF - (1 << bit))
        wrong |= _march(library, cells.view(np.int16), *element)
    assert wrong == 1 << bit
