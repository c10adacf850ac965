"""The graph that every model passes through: types, .tflite reader and writer, and the reference interpreter."""

from sensorsmith.graph.border import enter, leave
from sensorsmith.graph.check import check_graph
from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.interpreter import interpret, interpret_batch
from sensorsmith.graph.ops.mean import mean_axes
from sensorsmith.graph.ops.softmax import softmax_constants
from sensorsmith.graph.reader import read_tflite
from sensorsmith.graph.requantize import (
    ADD_LEFT_SHIFT,
    activation_range,
    add_scales,
    conv_scales,
    dense_scales,
    mean_scale,
    quantization_of,
    scale_of,
    zero_point_of,
)
from sensorsmith.graph.types import (
    Activation,
    Add,
    Border,
    Conv2D,
    DepthwiseConv2D,
    DType,
    Face,
    FullyConnected,
    Graph,
    Mean,
    Node,
    Operator,
    Padding,
    Pool2D,
    Quantization,
    Reshape,
    Softmax,
    Tensor,
    same,
)
from sensorsmith.graph.window import output_size, padding_before
from sensorsmith.graph.writer import write_tflite

__all__ = [
    "ADD_LEFT_SHIFT",
    "Activation",
    "Add",
    "Border",
    "Conv2D",
    "DType",
    "DepthwiseConv2D",
    "Face",
    "FullyConnected",
    "Graph",
    "Mean",
    "Node",
    "Operator",
    "Padding",
    "Pool2D",
    "Quantization",
    "Reshape",
    "Softmax",
    "Tensor",
    "activation_range",
    "add_scales",
    "check_graph",
    "conv_scales",
    "dense_scales",
    "enter",
    "interpret",
    "interpret_batch",
    "leave",
    "mean_axes",
    "mean_scale",
    "multiply_by_quantized_multiplier",
    "output_size",
    "padding_before",
    "quantization_of",
    "quantize_multiplier",
    "read_tflite",
    "same",
    "scale_of",
    "softmax_constants",
    "write_tflite",
    "zero_point_of",
]
