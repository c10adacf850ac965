"""The compiler: simplify -> legalise -> choose kernel variants -> schedule -> plan memory -> emit C."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sensorsmith.base.errors import ModelError
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.compiler.budget import planned, within
from sensorsmith.compiler.emit import emit_header, emit_source, headers_of, own_constants, tables_of
from sensorsmith.compiler.headers import closure
from sensorsmith.compiler.kernels import select
from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.lives import lives_of
from sensorsmith.compiler.memory import Plan
from sensorsmith.compiler.passes import simplify
from sensorsmith.compiler.report import BufferReport, CompileReport, LayerReport
from sensorsmith.compiler.schedule import drop_unread, schedule
from sensorsmith.compiler.steps import ElementType, Program, Target, element_type
from sensorsmith.compiler.strips import share_constants
from sensorsmith.graph import Border, Graph, Tensor, check_graph, write_tflite


@dataclass(frozen=True)
class Emitted:
    """A compiled model.

    Attributes:
        files: text of NAME.c, NAME.h and every header that they include, by file name.
        report: see `CompileReport`.
        source, result: the model's input and output.
        border: what the model's file takes and gives in their place.
        stateful: whether it remembers earlier inputs until it is reset.
    """

    files: dict[str, str]
    report: CompileReport
    source: Tensor
    result: Tensor
    border: Border
    stateful: bool

    @property
    def input_shape(self) -> tuple[int, ...]:
        """With the batch of 1."""
        return self.source.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """With the batch of 1."""
        return self.result.shape

    @property
    def input_dtype(self) -> ElementType:
        return element_type(self.source)

    @property
    def output_dtype(self) -> ElementType:
        return element_type(self.result)


def compile_graph(graph: Graph, name: str, target: str = "host", *, ram_budget: int | None = None) -> Emitted:
    """Compile a graph of integers to C.

    Args:
        graph: one input and one output, int8 or int16.
        name: begins every name in the C; lower-case letters, digits and underscores.
        target: an instruction set of `VARIANTS`.
        ram_budget: bytes that the arena may have. Where it would have more, the first layers run in strips; see
            docs/why/strips.md.

    Returns:
        The same text for the same arguments, on every machine.

    Raises:
        ModelError: the graph is malformed, not int8 or int16, or has a layer that no kernel computes; or the name is
            no C name; or no arena fits the budget.
        BoardError: there is no such target.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) or name.startswith("ss_"):
        raise ModelError(
            f"{name!r} cannot begin names in C",
            todo="use lower-case letters, digits and underscores, a letter first, and not ss_, the runtime's own",
        )
    check_graph(graph)
    whole = drop_unread(legalise(graph))
    legal = legalise(simplify(graph))
    program, plan = planned(schedule(select(legal, target)))
    if ram_budget is not None and plan.size > ram_budget:
        program, plan = within(
            ram_budget, schedule(legal), plan, lambda strips: share_constants(select(strips, target)), graph.name
        )
    report = _report(graph, whole, program, plan, name, target)
    files = {
        f"{name}.c": emit_source(graph, program, plan.offsets, report),
        f"{name}.h": emit_header(graph, report, stateful=bool(program.states)),
        **closure(headers_of(report, program)),
    }
    x, y = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    return Emitted(files, report, x, y, graph.border, bool(program.states))


def _report(graph: Graph, whole: Program, program: Program, plan: Plan, name: str, target: str) -> CompileReport:
    digits = max(2, len(str(len(program.steps))))
    layers = tuple(
        LayerReport(
            name=step.name,
            op=step.call.kernel,
            variant=step.call.variant,
            symbol=f"{name}_layer_{index:0{digits}}_{step.call.kernel}",
            macs=step.macs * program.turns(index),
            output_shape=step.output_shape,
            weights_bytes=sum(constant.data.nbytes for _, constant in constants),
        )
        for index, (step, constants) in enumerate(zip(program.steps, own_constants(program), strict=True))
    )
    buffers = tuple(
        BufferReport(_name(b, graph, program), plan.offsets[b], life.size, life.first, life.last)
        for b, life in sorted(lives_of(program).items(), key=lambda item: (item[1].first, item[0]))
    )
    return CompileReport(
        name=name,
        target=target,
        model_sha256=hash_bytes(write_tflite(graph)),
        arena_bytes=plan.size,
        weights_bytes=sum(layer.weights_bytes for layer in layers)
        + sum(load.size for load in tables_of(program).values() if load),
        macs=sum(step.macs for step in whole.steps),
        executed_macs=sum(layer.macs for layer in layers),
        layers=layers,
        buffers=buffers,
        strips=program.strips,
    )


def _name(buffer: int, graph: Graph, program: Program) -> str:
    """The name of the tensor whose rows a buffer holds, all or some."""
    if buffer in range(len(graph.tensors)):
        return graph.tensors[buffer].name
    written = ((step.name, b) for step in program.steps for b in step.call.buffers() if isinstance(b, Target))
    return next((name for name, target in written if target.buffer == buffer), "scratch")
