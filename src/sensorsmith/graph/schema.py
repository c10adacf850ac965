"""The tables of a .tflite file (schema version 3): field by field, those that we read or write.

Source: tensorflow/lite/schema/schema.fbs. The tables of each operator's options stand with the operator, in ops/.
"""

from __future__ import annotations

from sensorsmith.graph.flatbuffer import Field, Layout
from sensorsmith.graph.types import DType

IDENTIFIER = b"TFL3"
VERSION = 3

MODEL: Layout = {
    "version": Field(0, "I"),
    "operator_codes": Field(1),
    "subgraphs": Field(2),
    "description": Field(3),
    "buffers": Field(4),
}
OPERATOR_CODE: Layout = {
    "deprecated_builtin_code": Field(0, "b"),
    "custom_code": Field(1),
    "version": Field(2, "i", 1),
    "builtin_code": Field(3, "i"),
}
SUBGRAPH: Layout = {
    "tensors": Field(0),
    "inputs": Field(1, "i"),
    "outputs": Field(2, "i"),
    "operators": Field(3),
    "name": Field(4),
}
TENSOR: Layout = {
    "shape": Field(0, "i"),
    "type": Field(1, "b"),
    "buffer": Field(2, "I"),
    "name": Field(3),
    "quantization": Field(4),
    "is_variable": Field(5, "?"),
    "sparsity": Field(6),
    "shape_signature": Field(7, "i"),
}
QUANTIZATION: Layout = {
    "scale": Field(2, "f"),
    "zero_point": Field(3, "q"),
    "details_type": Field(4, "B"),
    "quantized_dimension": Field(6, "i"),
}
OPERATOR: Layout = {
    "opcode_index": Field(0, "I"),
    "inputs": Field(1, "i"),
    "outputs": Field(2, "i"),
    "builtin_options_type": Field(3, "B"),
    "builtin_options": Field(4),
}
VAR_HANDLE: Layout = {"container": Field(0), "shared_name": Field(1)}
CALL_ONCE: Layout = {"init_subgraph_index": Field(0, "i")}
BUFFER: Layout = {"data": Field(0), "offset": Field(1, "Q")}

# Two weights to a byte: the reader unpacks them.
INT4 = 17

DTYPES: dict[int, DType] = {0: "float32", 2: "int32", 4: "int64", 7: "int16", 9: "int8"}
TYPE_NAMES = ("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8")
FLOAT32, FLOAT16, INT32, UINT8, INT64, INT16, INT8, RESOURCE = 0, 1, 2, 3, 4, 7, 9, 13
# In the union BuiltinOptions.
VAR_HANDLE_OPTIONS, CALL_ONCE_OPTIONS = 111, 103

CUSTOM = 32

# The names of the enumeration BuiltinOperator, in order; they serve error messages only.
_NAMES = """
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM
MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS
SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN
EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2
GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG
SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT
UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU
SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE
MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND
SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL
PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE
HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE
BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1
UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR
RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE
STABLEHLO_CLAMP STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE
STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL
STABLEHLO_FLOOR STABLEHLO_LOG STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER
STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE
STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA
STABLEHLO_DOT_GENERAL STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE
DILATE STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT
STABLEHLO_CASE
"""
OPERATOR_NAMES = _NAMES.split()
# From here on the one-byte field no longer holds the code.
PLACEHOLDER_CODE = 127


def type_name(number: int) -> str:
    """The name of a tensor's type, or its number where it is newer than `TYPE_NAMES`."""
    return TYPE_NAMES[number] if 0 <= number < len(TYPE_NAMES) else f"type {number}"


def operator_name(code: int) -> str:
    """The schema's name of a builtin operator, or its number where it is newer than `OPERATOR_NAMES`."""
    return OPERATOR_NAMES[code] if 0 <= code < len(OPERATOR_NAMES) else f"number {code}"
