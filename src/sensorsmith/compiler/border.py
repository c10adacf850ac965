"""The part of NAME.h that leads from what the model's file takes and gives to the int8 of the C interface."""

from __future__ import annotations

from sensorsmith.compiler import ctext
from sensorsmith.graph.types import Face, Graph


def border_text(graph: Graph, name: str) -> str:
    """Two inline functions and what they are for; empty where the file is int8 itself."""
    border = graph.border
    return _input(border.input, name) + _output(border.output, name)


def _input(face: Face | None, name: str) -> str:
    if face is None:
        return ""
    upper = name.upper()
    if face.dtype == "uint8":
        return f"""\
/* The model's file takes uint8 here, {ctext.comment(face.name)}: 128 more than int8. */
#define {upper}_FILE_INPUT_ZERO_POINT ({upper}_INPUT_ZERO_POINT + 128)

static inline int8_t {name}_quantize_input(uint8_t value)
{{
    return (int8_t)(value - 128);
}}

"""
    return f"""\
/* The model's file takes real numbers here, {ctext.comment(face.name)}. To the nearest step, ties away from zero, as
 * TFLite Micro's QUANTIZE does. */
static inline int8_t {name}_quantize_input(float real)
{{
    const float steps = real / {upper}_INPUT_SCALE;
    const float held = !(steps > -1024.0f) ? -1024.0f : steps > 1024.0f ? 1024.0f : steps;
    const int whole = (int)held;
    const float rest = held - (float)whole;
    const int value = whole + (rest >= 0.5f) - (rest <= -0.5f) + {upper}_INPUT_ZERO_POINT;
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}}

"""


def _output(face: Face | None, name: str) -> str:
    if face is None:
        return ""
    upper = name.upper()
    if face.dtype == "uint8":
        return f"""\
/* The model's file gives uint8 here, {ctext.comment(face.name)}: 128 more than int8. */
#define {upper}_FILE_OUTPUT_ZERO_POINT ({upper}_OUTPUT_ZERO_POINT + 128)

static inline uint8_t {name}_dequantize_output(int8_t value)
{{
    return (uint8_t)(value + 128);
}}

"""
    return f"""\
/* The model's file gives real numbers here, {ctext.comment(face.name)}, as TFLite Micro's DEQUANTIZE makes them. */
static inline float {name}_dequantize_output(int8_t value)
{{
    return {upper}_OUTPUT_SCALE * (float)(value - {upper}_OUTPUT_ZERO_POINT);
}}

"""
