"""NAME.h and NAME.c: the model as C, in the form that docs/why/emitted-c.md promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from sensorsmith.compiler import ctext
from sensorsmith.compiler.border import border_text
from sensorsmith.compiler.kernels import header_name
from sensorsmith.compiler.lower.load import Load, load_bytes
from sensorsmith.compiler.report import CompileReport, LayerReport
from sensorsmith.compiler.steps import (
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


def emit_header(graph: Graph, report: CompileReport, *, stateful: bool) -> str:
    """The interface: functions, shapes, scales, sizes and the model's hash; a reset where it is stateful."""
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
{_reset_declaration(name) if stateful else ""}
#ifdef __cplusplus
}}
#endif

#endif
"""


def _reset_declaration(name: str) -> str:
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
    includes = "\n".join(f'#include "{header}"' for header in headers_of(report, program))
    own = own_constants(program)
    symbols = {
        constant: f"{layer.symbol}_{role}"
        for layer, constants in zip(report.layers, own, strict=True)
        for role, constant in constants
    }
    layers = "\n".join(
        _layer(step, layer, constants, lambda value: _argument(value, symbols, offsets, name))
        for step, layer, constants in zip(program.steps, report.layers, own, strict=True)
    )
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
{_calls(program, report)}    return 0;
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


def headers_of(report: CompileReport, program: Program) -> list[str]:
    """The headers of the runtime that the source includes, by name."""
    used = {header_name(layer.op, layer.variant) for layer in report.layers}
    if any(tables_of(program).values()):
        used.add(header_name(Load.kernel, Load.variant))
    return sorted(used | {"ss_base.h"})


def tables_of(program: Program) -> dict[int, Load | None]:
    """By state, what brings its first content from a table; None where all its bytes are equal."""
    bytes_of = {state: first.view(np.int8).ravel() for state, first in program.states.items()}
    return {
        state: None if (first == first[0]).all() else load_bytes(first, Target(state))
        for state, first in bytes_of.items()
    }


def _calls(program: Program, report: CompileReport) -> str:
    """The body of the function that runs all steps."""
    lines = []
    for index, (step, layer) in enumerate(zip(program.steps, report.layers, strict=True)):
        loop = next((each for each in program.loops if each.first <= index <= each.last), None)
        if loop and index == loop.first:
            lines.append(f"    for (int turn = 0; turn < {loop.turns}; turn++) {{\n")
        lines.append(f"{'        ' if loop else '    '}{layer.symbol}({'turn' if _advances(step) else ''});\n")
        if loop and index == loop.last:
            lines.append("    }\n")
    return "".join(lines)


def _advances(step: Step) -> bool:
    """Whether a step begins elsewhere in each turn of its loop."""
    return any(not isinstance(b, Scratch) and b.advance for b in step.call.buffers())


def _reset(program: Program, offsets: Mapping[int, int], name: str) -> str:
    """The function that brings each state to its first content; nothing where there are none."""
    if not program.states:
        return ""
    loads = tables_of(program)
    tables = "".join(
        f"\n{_constant(f'{name}_first_{number}', load.data)}" for number, load in enumerate(loads.values()) if load
    )
    sets = "".join(
        f"    ss_load_ref({load.size}, {name}_first_{number}, ss_at(&{name}_arena[{offsets[state]}]));\n"
        if load
        else f"    for (int i = 0; i < {program.sizes[state]}; i++)\n"
        f"        {name}_arena[{offsets[state]} + i] = {program.states[state].view(np.int8).flat[0]};\n"
        for number, (state, load) in enumerate(loads.items())
    )
    return f"""{tables}
void {name}_reset(void)
{{
{sets}}}
"""


def _cast(to: str, dtype: ElementType) -> str:
    return "" if dtype == "int8" else f"({to} *)"


def _bytes(count: str, dtype: ElementType) -> str:
    return count if dtype == "int8" else f"{count} * {np.dtype(dtype).itemsize}"


def _int_guard(program: Program, report: CompileReport) -> str:
    """Arrays are indexed with int."""
    arrays = (constant.data.size for step in program.steps for _, constant in step.call.constants())
    if max(report.arena_bytes, *arrays, 0) <= 32767:  # tables of first contents are no larger than the arena
        return ""
    return '_Static_assert(sizeof(int) >= 4, "this model is too large for a 16-bit int");\n\n'


Constants = Sequence[tuple[str, Constant]]
"""Arrays and the roles in which a step takes them."""


def _layer(step: Step, report: LayerReport, constants: Constants, argument: Callable[[Any], str]) -> str:
    arrays = "".join(_constant(f"{report.symbol}_{role}", constant) for role, constant in constants)
    work = f", {step.macs} multiply-accumulates" if step.macs else ""
    values = ((field.name, getattr(step.call, field.name)) for field in fields(step.call))
    arguments = ",\n".join(f"        {_label(role, value)}{argument(value)}" for role, value in values)
    return f"""\
/* {ctext.comment(step.name)}: {ctext.shape(step.output_shape)}{work} */
{arrays}SS_LAYER void {report.symbol}({"int turn" if _advances(step) else "void"})
{{
    ss_{report.op}_{report.variant}(
{arguments});
}}
"""


def _constant(symbol: str, constant: Constant) -> str:
    data = constant.data
    note = f" /* {ctext.shape(data.shape)}{', ' if constant.note else ''}{constant.note} */"
    ctype = _CTYPES[data.dtype.name]
    return f"static const {ctype} {symbol}[{data.size}] SS_FLASH = {{{note}\n{ctext.array(data)}}};\n"


def _label(role: str, value: Any) -> str:
    """What a number is, where it does not say so itself."""
    named = isinstance(value, Record) and value.struct == f"ss_{role}"
    return f"/* {role} */ " if isinstance(value, int | Record) and not named else ""


def _argument(value: Any, symbols: Mapping[Constant, str], offsets: Mapping[int, int], name: str) -> str:
    """The C expression of a parameter."""
    if isinstance(value, Source | Target | Scratch):
        return _pointer(value, f"ss_at(&{name}_arena[{_place(value, offsets)}])")
    if isinstance(value, Constant):
        return symbols[value]
    if isinstance(value, ChannelScales):
        return f"(ss_channel_scales){{.multiplier = {symbols[value.multiplier]}, .shift = {symbols[value.shift]}}}"
    if isinstance(value, int):
        return str(value)
    assert isinstance(value, Record), value
    members = ", ".join(f".{f.name} = {getattr(value, f.name)}" for f in fields(value))
    return f"({value.struct}){{{members}}}"


def _place(value: Source | Target | Scratch, offsets: Mapping[int, int]) -> str:
    """Where in the arena a kernel begins to read or write."""
    if isinstance(value, Scratch):
        return str(offsets[value.buffer])
    return f"{offsets[value.buffer] + value.first}{f' + turn * {value.advance}' if value.advance else ''}"


def _pointer(value: Source | Target | Scratch, address: str) -> str:
    if value.dtype == "int8":
        return address
    const = "const " if isinstance(value, Source) and not isinstance(value, State) else ""
    # By way of void, which says that the alignment is meant: offsets are multiples of 4.
    return f"({const}{_CTYPES[value.dtype]} *)(void *){address}"


def own_constants(program: Program) -> list[Constants]:
    """Of each step, the constants that none before it has."""
    seen: set[Constant] = set()
    own: list[Constants] = []
    for step in program.steps:
        new = [(role, constant) for role, constant in step.call.constants() if constant not in seen]
        seen.update(constant for _, constant in new)
        own.append(new)
    return own
