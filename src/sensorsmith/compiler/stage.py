"""Stage `compile`: C for the features and the model, in one folder that any C11 compiler builds."""

from __future__ import annotations

from sensorsmith.base.files import write_json, write_text
from sensorsmith.boards import load_board
from sensorsmith.compiler.compile import compile_graph
from sensorsmith.dsp import feature_block
from sensorsmith.graph import read_tflite
from sensorsmith.spec.stage import Work


def compile_sensor(work: Work) -> None:
    """Emit the C of features and model into `c/`.

    Raises:
        ModelError: the model has a layer that cannot be compiled.
    """
    sensor = work.sensor
    graph = read_tflite((work.inputs["model"] / "model.tflite").read_bytes())
    emitted = compile_graph(graph, sensor.identity.c_name, load_board(sensor.board).target)
    for name, text in (feature_block(sensor).emit(sensor.identity.c_name) | emitted.files).items():
        write_text(work.out / "c" / name, text)
    write_json(work.out / "compile.json", emitted.report.as_json())

    names = {"macs": "1", "arena_bytes": "B", "weights_bytes": "B"}
    report = emitted.report.as_json()
    work.record(
        "compile",
        {name: work.found(report[name], unit, "computed", "compile.json", f"/{name}") for name, unit in names.items()},
    )
