"""NAME.h and NAME.c: the model as C, in the form that docs/why/emitted-c.md promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from sensorsmith.compiler import ctext
from sensorsmith.compiler.border import border_text
from sensorsmith.compiler.kernels import header_name
from sensorsmith.compiler.lives import states_of
from sensorsmith.compiler.report import CompileReport, LayerReport
from sensorsmith.compiler.steps import (
    Call,
    ChannelScales,
    Constant,
    ElementType,
    Program,
    Record,
    Scratch,
    Source,
    State,
    Step,
    Target,
    element_type,
)
from sensorsmith.graph.requantize import scale_of, zero_point_of
from sensorsmith.graph.types import Graph, Tensor

MADE_BY = "Made by sensorsmith; changes will be lost."
"""In the first lines of both files: what bears it may be overwritten."""

_CTYPES = {name: f"{name}_t" for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32")}


def emit_header(graph: Graph, report: CompileReport) -> str:
    """The interface: functions, shapes, scales, sizes and the model's hash."""
    name, upper = report.name, report.name.upper()
    x, y = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    digest = [f"0x{byte:02x}" for byte in bytes.fromhex(report.model_sha256)]
    types = " and ".join(dict.fromkeys((x.dtype, y.dtype)))
    left = "" if report.executed_macs == report.macs else f", {report.executed_macs} of them left to compute"
    return f"""\
/* {name}.h: a neural network, {report.macs} multiply-accumulates{left}. {MADE_BY}
 *
 * Values are {types}: real = scale * (value - zero point). Nothing here is reentrant: all calls use one static arena.
 */
#ifndef {upper}_H
#define {upper}_H

#include <stdint.h>

{_ends("INPUT", upper, x)}
{_ends("OUTPUT", upper, y)}
{border_text(graph, name)}\
#define {upper}_ARENA_BYTES {report.arena_bytes}

/* SHA-256 of the model's .tflite file, as sensorsmith writes it. */
#define {upper}_MODEL_SHA256 "{report.model_sha256}"
#define {upper}_MODEL_SHA256_BYTES \\
    {{ \\
{_continued(ctext.rows(digest, 16))} \\
    }}

#ifdef __cplusplus
extern "C" {{
#endif

/* Where to write the input, {upper}_INPUT_SIZE values. {name}_run() overwrites it. */
{_CTYPES[x.dtype]} *{name}_input(void);

/* Compute the output from the input. Returns 0; there is nothing that can fail. */
int {name}_run(void);

/* Where to read the output, {upper}_OUTPUT_SIZE values, after {name}_run() and before the next input is written. */
const {_CTYPES[y.dtype]} *{name}_output(void);

/* The three in one, with copies. input: ({upper}_INPUT_SIZE); output: ({upper}_OUTPUT_SIZE). Returns 0. */
int {name}_infer(const {_CTYPES[x.dtype]} *input, {_CTYPES[y.dtype]} *output);
{_reset_declaration(graph, name)}
#ifdef __cplusplus
}}
#endif

#endif
"""


def _reset_declaration(graph: Graph, name: str) -> str:
    if not any(tensor.variable for tensor in graph.tensors):
        return ""
    return f"""
/* Forget all earlier inputs. To be called before the first input, and wherever a new sequence of inputs begins. */
void {name}_reset(void);
"""


def _ends(end: str, upper: str, tensor: Tensor) -> str:
    prefix = f"#define {upper}_{end}"
    # Positions, as of the largest element, stand for themselves.
    plain = tensor.quantization is None
    return f"""\
/* {ctext.comment(tensor.name)} */
{prefix}_SHAPE {{ {", ".join(map(str, tensor.shape))} }}
{prefix}_SIZE {tensor.size}
{prefix}_SCALE {ctext.real(1.0 if plain else scale_of(tensor))}
{prefix}_ZERO_POINT ({0 if plain else zero_point_of(tensor)})
"""


def _continued(text: str) -> str:
    return text.replace("    ", "        ", 1).replace("\n    ", " \\\n        ")


def emit_source(graph: Graph, program: Program, offsets: Mapping[int, int], report: CompileReport) -> str:
    """The weights, one function for each layer, and the functions of the header."""
    name, upper = report.name, report.name.upper()
    headers = sorted({header_name(layer.op, layer.variant) for layer in report.layers} | {"ss_base.h"})
    includes = "\n".join(f'#include "{header}"' for header in headers)
    layers = "\n".join(_layer(s, r, offsets, name) for s, r in zip(program.steps, report.layers, strict=True))
    calls = "".join(f"    {layer.symbol}();\n" for layer in report.layers)
    x, y = (element_type(graph.tensors[ends[0]]) for ends in (graph.inputs, graph.outputs))
    arena = f"&{name}_arena[%d]"
    input_ = _pointer(Target(program.input, x), arena % offsets[program.input])
    output = _pointer(Source(program.output, y), arena % offsets[program.output])
    return f"""\
/* {name}.c: see {name}.h. {MADE_BY} */
#include "{name}.h"

{includes}

{_int_guard(program, report)}static _Alignas(8) int8_t {name}_arena[{upper}_ARENA_BYTES];

{layers}
{_CTYPES[x]} *{name}_input(void)
{{
    return {input_};
}}

const {_CTYPES[y]} *{name}_output(void)
{{
    return {output};
}}

int {name}_run(void)
{{
{calls}    return 0;
}}
{_reset(program, offsets, name)}
int {name}_infer(const {_CTYPES[x]} *input, {_CTYPES[y]} *output)
{{
    ss_copy({_cast("const int8_t", x)}input, {arena % offsets[program.input]}, {_bytes(f"{upper}_INPUT_SIZE", x)});
    {name}_run();
    ss_copy({arena % offsets[program.output]}, {_cast("int8_t", y)}output, {_bytes(f"{upper}_OUTPUT_SIZE", y)});
    return 0;
}}
"""


def _reset(program: Program, offsets: Mapping[int, int], name: str) -> str:
    """The function that brings each state to its first value; nothing where there are none."""
    states = states_of(program)
    if not states:
        return ""
    loops = "".join(
        f"    for (int i = 0; i < {program.sizes[state.buffer]}; i++)\n"
        f"        {name}_arena[{offsets[state.buffer]} + i] = {state.initial};\n"
        for state in states
    )
    return f"""
void {name}_reset(void)
{{
{loops}}}
"""


def _cast(to: str, dtype: ElementType) -> str:
    return "" if dtype == "int8" else f"({to} *)"


def _bytes(count: str, dtype: ElementType) -> str:
    return count if dtype == "int8" else f"{count} * {np.dtype(dtype).itemsize}"


def _int_guard(program: Program, report: CompileReport) -> str:
    """Arrays are indexed with int."""
    arrays = (constant.data.size for step in program.steps for _, constant in step.call.constants())
    if max(report.arena_bytes, *arrays, 0) <= 32767:
        return ""
    return '_Static_assert(sizeof(int) >= 4, "this model is too large for a 16-bit int");\n\n'


def _layer(step: Step, report: LayerReport, offsets: Mapping[int, int], name: str) -> str:
    constants = "".join(_constant(report.symbol, role, constant) for role, constant in step.call.constants())
    work = f", {step.macs} multiply-accumulates" if step.macs else ""
    arguments = ",\n".join(f"        {text}" for text in _arguments(step.call, report.symbol, offsets, name))
    return f"""\
/* {ctext.comment(step.name)}: {ctext.shape(step.output_shape)}{work} */
{constants}SS_LAYER void {report.symbol}(void)
{{
    ss_{report.op}_{report.variant}(
{arguments});
}}
"""


def _constant(symbol: str, role: str, constant: Constant) -> str:
    data = constant.data
    note = f" /* {ctext.shape(data.shape)}{', ' if constant.note else ''}{constant.note} */"
    ctype = _CTYPES[data.dtype.name]
    return f"static const {ctype} {symbol}_{role}[{data.size}] SS_FLASH = {{{note}\n{ctext.array(data)}}};\n"


def _arguments(call: Call, symbol: str, offsets: Mapping[int, int], name: str) -> list[str]:
    """The C expression of each parameter."""
    texts = []
    for field in fields(call):
        value = getattr(call, field.name)
        if isinstance(value, Source | Target | Scratch):
            texts.append(_pointer(value, f"ss_at(&{name}_arena[{offsets[value.buffer]}])"))
        elif isinstance(value, Constant):
            texts.append(f"{symbol}_{field.name}")
        elif isinstance(value, ChannelScales):
            texts.append(f"(ss_channel_scales){{.multiplier = {symbol}_multiplier, .shift = {symbol}_shift}}")
        elif isinstance(value, int):
            texts.append(f"/* {field.name} */ {value}")
        else:
            assert isinstance(value, Record), field.name
            label = "" if value.struct == f"ss_{field.name}" else f"/* {field.name} */ "
            members = ", ".join(f".{f.name} = {getattr(value, f.name)}" for f in fields(value))
            texts.append(f"{label}({value.struct}){{{members}}}")
    return texts


def _pointer(value: Source | Target | Scratch, address: str) -> str:
    if value.dtype == "int8":
        return address
    const = "const " if isinstance(value, Source) and not isinstance(value, State) else ""
    # By way of void, which says that the alignment is meant: offsets are multiples of 4.
    return f"({const}{_CTYPES[value.dtype]} *)(void *){address}"


def weights_bytes(step: Step) -> int:
    """Bytes of flash that the constants of a layer take."""
    return sum(int(np.asarray(constant.data).nbytes) for _, constant in step.call.constants())
