"""From scales to the integer constants of each operator: double scales, and the range of a fused activation.

The compiler takes its constants from here too, so that they cannot differ from the interpreter's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.types import Activation, DType, LeakyRelu, Quantization, Tensor

Scales = npt.NDArray[np.float64]


def quantization_of(tensor: Tensor) -> Quantization:
    """The tensor's quantization, which a checked int8 graph always has."""
    assert tensor.quantization is not None, tensor.name
    return tensor.quantization


def scale_of(tensor: Tensor) -> float:
    """The one scale of a tensor that is quantized as a whole."""
    return quantization_of(tensor).scale[0]


def zero_point_of(tensor: Tensor) -> int:
    """The one zero point of a tensor that is quantized as a whole."""
    return quantization_of(tensor).zero_point[0]


def initial_content(variable: Tensor) -> npt.NDArray[np.generic]:
    """What a variable holds at first."""
    if variable.initial is not None:
        return variable.initial.copy()
    return np.full(variable.shape, zero_point_of(variable) if variable.dtype == "int8" else 0, variable.dtype)


def conv_scales(x: Tensor, weights: Tensor, y: Tensor) -> Scales:
    """Factor from accumulator to output, shape (1) or (channels): input * weight / output scale, in double.

    Source: PopulateConvolutionQuantizationParams in tensorflow/lite/kernels/kernel_util.cc. Up to 2025, TFLite Micro
    multiplied a dense layer's, a matrix' and a gate's scales in float32.
    """
    return scale_of(x) * np.asarray(quantization_of(weights).scale, np.float64) / scale_of(y)


def mean_scale(x: Tensor, y: Tensor) -> float:
    """Input over output scale, in double. Source: tensorflow/lite/micro/kernels/reduce_common.cc."""
    return scale_of(x) / scale_of(y)


def mul_scale(a: Tensor, b: Tensor, y: Tensor) -> float:
    """Factor from product to output. Source: CalculateOpDataMul in tensorflow/lite/micro/kernels/mul_common.cc."""
    return scale_of(a) * scale_of(b) / scale_of(y)


def add_left_shift(tensor: Tensor) -> int:
    """By how many bits the inputs of a sum are shifted left, for the precision of what follows."""
    return 15 if tensor.dtype == "int16" else 20


def add_scales(a: Tensor, b: Tensor, y: Tensor) -> tuple[float, float, float]:
    """Factors of both inputs, shifted left by `add_left_shift`, and of their sum.

    Source: CalculateOpDataAdd in tensorflow/lite/micro/kernels/add_common.cc; the oracle subtracts with the same.
    """
    twice_max = 2 * max(scale_of(a), scale_of(b))
    return scale_of(a) / twice_max, scale_of(b) / twice_max, twice_max / ((1 << add_left_shift(y)) * scale_of(y))


def leaky_scales(op: LeakyRelu, x: Tensor, y: Tensor) -> tuple[float, float]:
    """Factors of positive inputs and of negative ones, in double; the second has the sign of alpha.

    Source: CalculateOpDataLeakyRelu in tensorflow/lite/micro/kernels/leaky_relu_common.cc.
    """
    return scale_of(x) / scale_of(y), scale_of(x) * op.alpha / scale_of(y)


def prelu_scales(x: Tensor, alpha: Tensor, y: Tensor) -> tuple[float, float]:
    """Factors of positive inputs, and of negative ones times alpha.

    Source: CalculatePreluParams in tensorflow/lite/micro/kernels/prelu_common.cc.
    """
    return scale_of(x) / scale_of(y), scale_of(x) * scale_of(alpha) / scale_of(y)


def activation_range(activation: Activation, quantization: Quantization, dtype: DType = "int8") -> tuple[int, int]:
    """Smallest and largest int8 or int16 that a fused activation lets through.

    Source: CalculateActivationRangeQuantized in tensorflow/lite/kernels/kernel_util.cc.
    """
    zero_point = quantization.zero_point[0]
    low, high = (int(n) for n in (np.iinfo(dtype).min, np.iinfo(dtype).max))
    if activation in ("relu", "relu6"):
        low = max(low, zero_point)
    if activation == "relu6":
        six = float(np.float32(6) / np.float32(quantization.scale[0]))
        high = min(high, zero_point + int(six + 0.5))
    return low, high
