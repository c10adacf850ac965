"""What to do about an operator that is not supported: why it is not, and what comes nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Substitute(NamedTuple):
    """Why an operator is left out, and what to do instead, each as a part of an error message."""

    reason: str
    todo: str


_ABSENT = "TFLite Micro does not have it"
_FLOAT = "TFLite Micro does not have it in int8"
_CONTROL = "its work depends on the data, which takes memory and time that cannot be told in advance"

# By the schema's name. None of them is in the table of operators.
SUBSTITUTES: Mapping[str, Substitute] = {
    "ADD_N": Substitute(_FLOAT, "add the tensors two by two with ADD"),
    "ATAN2": Substitute(_ABSENT, "compute angles as features, before the model"),
    "BIDIRECTIONAL_SEQUENCE_LSTM": Substitute(_ABSENT, "use CONV_2D over time"),
    "BIDIRECTIONAL_SEQUENCE_RNN": Substitute(_ABSENT, "use CONV_2D over time"),
    "BROADCAST_TO": Substitute("ADD, SUB and MUL broadcast by themselves", "leave it out before them"),
    "CEIL": Substitute(_FLOAT, "leave rounding to QUANTIZE"),
    "CONV_3D": Substitute(_ABSENT, "use CONV_2D with the third dimension among the channels"),
    "COS": Substitute(_FLOAT, "compute it as a feature, before the model"),
    "CUMSUM": Substitute("sums of growing length leave the range of int8", "use AVERAGE_POOL_2D or MEAN"),
    "DIV": Substitute(_FLOAT, "use MUL by the reciprocal of a constant"),
    "EMBEDDING_LOOKUP": Substitute("the input of a model is int8", "use GATHER or FULLY_CONNECTED on a one-hot input"),
    "EXP": Substitute(_FLOAT, "use SOFTMAX or LOGISTIC"),
    "FLOOR": Substitute(_FLOAT, "leave rounding to QUANTIZE"),
    "GATHER_ND": Substitute("positions have to be constants along one axis", "use GATHER, SLICE or STRIDED_SLICE"),
    "GELU": Substitute(_ABSENT, "use HARD_SWISH or RELU"),
    "HASHTABLE_LOOKUP": Substitute(_ABSENT, "look labels up after the model"),
    "IF": Substitute(_CONTROL, "compute both ways, and join them with MUL and ADD"),
    "L2_NORMALIZATION": Substitute(
        "its division has no int8 form here", "train with BatchNormalization, which folds away"
    ),
    "L2_POOL_2D": Substitute(_FLOAT, "use AVERAGE_POOL_2D"),
    "LOCAL_RESPONSE_NORMALIZATION": Substitute(_ABSENT, "train with BatchNormalization, which folds away"),
    "LOG": Substitute(_FLOAT, "compute it as a feature, before the model"),
    "LOG_SOFTMAX": Substitute(_FLOAT, "use SOFTMAX, whose largest class is the same"),
    "LSTM": Substitute(_ABSENT, "use CONV_2D over time"),
    "NEG": Substitute(_FLOAT, "use SUB from a constant 0, or MUL by a constant -1"),
    "NON_MAX_SUPPRESSION_V4": Substitute(_CONTROL, "select boxes after the model"),
    "NON_MAX_SUPPRESSION_V5": Substitute(_CONTROL, "select boxes after the model"),
    "ONE_HOT": Substitute(_ABSENT, "give the model a one-hot input"),
    "POW": Substitute(_ABSENT, "use MUL of a tensor with itself"),
    "REDUCE_PROD": Substitute(_ABSENT, "use MUL, tensor by tensor"),
    "RELU_0_TO_1": Substitute(_ABSENT, "use MINIMUM with a constant 1 after RELU"),
    "RELU_N1_TO_1": Substitute(_ABSENT, "use MINIMUM and MAXIMUM with constants 1 and -1, or RELU6"),
    "REVERSE_V2": Substitute("STRIDED_SLICE does the same", "use STRIDED_SLICE with a stride of -1"),
    "RNN": Substitute(_ABSENT, "use CONV_2D over time"),
    "ROUND": Substitute(_FLOAT, "leave rounding to QUANTIZE"),
    "RSQRT": Substitute("its range has no int8 form here", "train with BatchNormalization, which folds away"),
    "SELECT": Substitute(_CONTROL, "use MUL by a mask of 0 and 1, and ADD"),
    "SELECT_V2": Substitute(_CONTROL, "use MUL by a mask of 0 and 1, and ADD"),
    "SIN": Substitute(_FLOAT, "compute it as a feature, before the model"),
    "SQRT": Substitute(_FLOAT, "compute it as a feature, before the model"),
    "SQUARE": Substitute(_FLOAT, "use MUL of a tensor with itself"),
    "SQUARED_DIFFERENCE": Substitute("SUB and MUL do the same", "use SUB, then MUL of the result with itself"),
    "TILE": Substitute(_ABSENT, "use CONCATENATION of a tensor with itself, or let ADD and MUL broadcast"),
    "TOPK_V2": Substitute(_CONTROL, "use ARG_MAX, or sort after the model"),
    "UNIDIRECTIONAL_SEQUENCE_RNN": Substitute(_ABSENT, "use CONV_2D over time"),
    "WHERE": Substitute(_CONTROL, "use MUL by a mask of 0 and 1"),
    "WHILE": Substitute(_CONTROL, "unroll recurrent layers (unroll=True in Keras), or use CONV_2D over time"),
}
_AUDIO = Substitute("it computes features of sound", "leave the features to a feature block in front of the model")
_CUSTOM: Mapping[str, Substitute] = {
    "AudioSpectrogram": _AUDIO,
    "Mfcc": _AUDIO,
    "TFLite_Detection_PostProcess": Substitute(_CONTROL, "select boxes after the model"),
}


def substitute_for(name: str, custom: bool, supported: str) -> Substitute:
    """Why an operator is not supported, and what comes nearest.

    Args:
        name: in the schema, or that of the custom operator.
        supported: names of all operators that are, for one of which nothing particular is known.
    """
    if name.startswith("STABLEHLO_"):
        return Substitute("it is of another set of operators", "convert the model to TFLite's builtin operators")
    if not custom:
        return SUBSTITUTES.get(name, Substitute("", f"rebuild the model from {supported}"))
    if name.startswith("Flex"):
        return Substitute("it needs TensorFlow itself", "convert without SELECT_TF_OPS")
    if name.startswith("Signal"):
        return _AUDIO
    return _CUSTOM.get(name, Substitute("it is the model's own", f"rebuild the model from {supported}"))
