"""From an int8 graph to C: simplify, legalise, choose kernels, schedule, plan memory, emit; deterministic text out."""

from sensorsmith.compiler.compile import Emitted, compile_graph
from sensorsmith.compiler.files import compile_file, compile_model, default_name, read_model
from sensorsmith.compiler.host import HostModel, load
from sensorsmith.compiler.kernels import VARIANTS
from sensorsmith.compiler.report import BufferReport, CompileReport, LayerReport, Strips

__all__ = [
    "VARIANTS",
    "BufferReport",
    "CompileReport",
    "Emitted",
    "HostModel",
    "LayerReport",
    "Strips",
    "compile_file",
    "compile_graph",
    "compile_model",
    "default_name",
    "load",
    "read_model",
]
