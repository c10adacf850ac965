"""What all layers with weights share: rows of weights whose sums fit, factors, activations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import conv
from sensorsmith.compiler.steps import ChannelScales, Range
from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rows:
    """What of a layer's weights goes into a stream.

    Attributes:
        weights: (N, K), for activations whose zero point is folded into `bias`.
        bias: (N).
        multiplier, shift: (N); the factor is multiplier / 2^31 * 2^-(shift + 1).
    """

    weights: Ints
    bias: Ints
    multiplier: Ints
    shift: Ints


def rows_of(weights: Ints, bias: Ints, scales: ChannelScales, range_: Range, limit: int) -> Rows | None:
    """Weights (N, K) and folded biases (N), if sums stay below a limit and multipliers below 1/2.

    Sums of channels whose output is the same for every input may be larger (trained networks have dead channels, of
    tiny scale): such a channel gets a bias that gives this output, and no weights.
    """
    multiplier, left = scales.multiplier.data.astype(np.int64), scales.shift.data.astype(np.int64)
    most = bias + np.maximum(127 * weights, -128 * weights).sum(axis=1)
    least = bias + np.minimum(127 * weights, -128 * weights).sum(axis=1)
    ends = [
        np.clip(
            multiply_by_quantized_multiplier(end, multiplier, left) + range_.zero_point, range_.minimum, range_.maximum
        )
        for end in (least, most)
    ]
    constant = ends[0] == ends[1]
    reach = np.maximum(np.abs(most), np.abs(least))
    # ss_round_to_int8 adds at most 255 * 2^shift to the scaled sum.
    rounded = (reach * multiplier >> 31) + (256 << np.clip(-left - 1, 0, 31))
    fits = ~constant & (reach < limit) & (left <= -1) & (rounded < 1 << 31)
    if not np.all(constant | fits):
        return None
    return Rows(
        np.where(fits[:, None], weights, 0),
        # With a factor of 1/4, four times the output without its zero point.
        np.where(fits, bias, 4 * (ends[0] - range_.zero_point)),
        np.where(fits, multiplier, 1 << 30),
        np.where(fits, -left - 1, 0),
    )


def activation_of(range_: Range) -> tuple[int, int, int]:
    """`offset` and `clamp` of ss_finish_armv7em, and whether the clamp is needed."""
    if (range_.minimum, range_.maximum) == (-128, 127):
        return 2 * range_.zero_point + 1, 0, 0
    clamp = (255 - (range_.maximum - range_.minimum)) | ((range_.maximum - 127) % 256) << 8
    return 2 * (range_.zero_point - range_.minimum - 128) + 1, clamp, 1


def folded_bias(call: conv.Conv2D, weights: Ints) -> Ints:
    bias: Ints = call.bias.data.astype(np.int64) - call.input_zero_point * weights.sum(axis=1)
    return bias


def as_int32(words: Ints) -> npt.NDArray[np.int32]:
    """The low 32 bits of each."""
    return words.astype(np.uint32).view(np.int32)


_MANY_OUTPUTS = 4096


def rectified(range_: Range, outputs: int) -> int:
    """Whether a layer takes the form of its kernel for ranges that begin at the zero point, which rounds more cheaply.

    Small layers do without: a form that only they need would take more flash than it is worth.
    """
    return int(range_.minimum == range_.zero_point == -128 and outputs >= _MANY_OUTPUTS)
