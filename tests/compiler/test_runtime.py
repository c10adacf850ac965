"""The arithmetic of runtime/ss_fixed.h and of single kernels, number by number, against graph.fixedpoint."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.compiler.headers import closure
from sensorsmith.graph.fixedpoint import (
    exp_on_negative_values,
    multiply_by_quantized_multiplier,
    reciprocal,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)

Ints = npt.NDArray[np.int64]

# One function of three arguments for each of the runtime's, on arrays.
SHIM = """
#define EACH(name, expression) \\
    void name(const int32_t *a, const int32_t *b, const int32_t *c, int32_t *y, int n) \\
    { for (int i = 0; i < n; i++) { (void)b; (void)c; y[i] = expression; } }
EACH(max, ss_max(a[i], b[i]))
EACH(clamp, ss_clamp(a[i], b[i], c[i]))
EACH(high_multiply, ss_high_multiply(a[i], b[i]))
EACH(round_shift, ss_round_shift(a[i], b[i]))
EACH(requantize, ss_requantize(a[i], b[i], c[i]))
EACH(average, ss_average(a[i], b[i]))
EACH(exp_of_negative, ss_exp_of_negative(a[i]))
EACH(one_over_one_plus, ss_one_over_one_plus(a[i]))
"""


class Runtime:
    def __init__(self, folder: Path, wide: int) -> None:
        names = ["ss_fixed.h", "ss_average_pool_ref.h", "ss_softmax_ref.h"]
        includes = "".join(f'#include "{name}"\n' for name in names)
        source = f"#define SS_WIDE_MULTIPLY {wide}\n{includes}{SHIM}"
        self._library = load(build_shared({"shim.c": source, **closure(names)}, folder))

    def __call__(self, name: str, *arguments: npt.ArrayLike) -> Ints:
        columns = np.broadcast_arrays(*arguments, *[0] * (3 - len(arguments)))
        arrays = [np.ascontiguousarray(column, np.int32) for column in columns]
        y = np.empty_like(arrays[0])
        getattr(self._library, name)(*(ctypes.c_void_p(a.ctypes.data) for a in (*arrays, y)), y.size)
        return y.astype(np.int64)


@pytest.fixture(scope="module", params=[1, 0], ids=["64-bit product", "16-bit halves"])
def c(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    return Runtime(tmp_path_factory.mktemp("runtime"), request.param)


random = np.random.default_rng(0)
EDGES = np.array([-(2**31) + 1, -(2**30), -65537, -65536, -1, 0, 1, 65535, 65536, 2**30, 2**31 - 1])
WORDS = np.concatenate([random.integers(-(2**31) + 1, 2**31, 5000), EDGES])


def test_max_and_clamp(c: Runtime) -> None:
    a, b = random.integers(-(2**30), 2**30, (2, 1000))
    assert (c("max", a, b) == np.maximum(a, b)).all()
    near = random.integers(-400, 400, 1000)
    assert (c("clamp", near, -128, 127) == np.clip(near, -128, 127)).all()


def test_high_multiply(c: Runtime) -> None:
    others = random.permutation(WORDS)
    assert (c("high_multiply", WORDS, others) == saturating_rounding_doubling_high_mul(WORDS, others)).all()
    a, b = (grid.ravel() for grid in np.meshgrid(EDGES, EDGES))
    assert (c("high_multiply", a, b) == saturating_rounding_doubling_high_mul(a, b)).all()


def test_high_multiply_rounds_halves_up(c: Runtime) -> None:
    assert c("high_multiply", [1, -1, 3, -3], 1 << 30).tolist() == [1, 0, 2, -1]


@pytest.mark.parametrize("n", range(32))
def test_round_shift(c: Runtime, n: int) -> None:
    x = WORDS[np.abs(WORDS) + (1 << n) // 2 < 2**31]
    assert (c("round_shift", x, n) == rounding_divide_by_pot(x, n)).all()
    halves = np.array([-3, -1, 1, 3]) * ((1 << n) // 2)
    halves = halves[np.abs(halves) + (1 << n) // 2 < 2**31]
    assert (c("round_shift", halves, n) == rounding_divide_by_pot(halves, n)).all()


def test_requantize(c: Runtime) -> None:
    shift = random.integers(-31, 9, 20_000)
    x = random.integers(-(2**22), 2**22, 20_000)
    multiplier = random.integers(0, 2**31, 20_000)
    expected = multiply_by_quantized_multiplier(x, multiplier, shift)
    assert (c("requantize", x, multiplier, shift) == expected).all()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 9, 16, 25, 49, 125, 127, 128, 961, 65536, 8_000_000])
def test_average_rounds_halves_away_from_zero(c: Runtime, count: int) -> None:
    limit = 128 * count
    total = np.concatenate([np.linspace(-limit, limit, 20_001).astype(np.int64), np.arange(-600, 601)])
    total = total[np.abs(total) <= limit]
    expected = np.sign(total) * ((np.abs(total) + count // 2) // count)
    assert (c("average", total, count) == expected).all()


def test_exp_of_negative(c: Runtime) -> None:
    x = np.concatenate([-random.integers(0, 2**31 - 2**24, 20_000), -(2 ** np.arange(31)), [0, -1]])
    assert (c("exp_of_negative", x) == exp_on_negative_values(x)).all()


def test_one_over_one_plus(c: Runtime) -> None:
    x = np.concatenate([random.integers(0, 2**31, 20_000), [0, 1, 2, 2**31 - 1]])
    expected, _ = reciprocal((x + 2**31) >> 1, 1)
    exact = x % 2 == 0  # the interpreter's form of the argument has one bit less
    assert (c("one_over_one_plus", x) == expected)[exact].all()
