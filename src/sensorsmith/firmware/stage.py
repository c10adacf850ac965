"""Stage `firmware`: the image for the board, with its sizes and its identity."""

from __future__ import annotations

from sensorsmith.base.files import write_bytes, write_json, write_text
from sensorsmith.base.records import Statement, Tool, Value, evidence
from sensorsmith.boards import load_board
from sensorsmith.data import load_dataset
from sensorsmith.firmware.build import ModelFacts, compile_image, image_sources
from sensorsmith.firmware.hal import further_files
from sensorsmith.firmware.known_answer import known_answer
from sensorsmith.graph import interpret_batch, read_tflite
from sensorsmith.interface import thing_description
from sensorsmith.spec.stage import Work


def build_firmware(work: Work) -> None:
    """Build the image.

    Raises:
        BoardError: the image does not fit the board.
        MissingTool: there is no cross compiler.
    """
    board = load_board(work.sensor.board)
    sources, model = sources_of(work)
    image = compile_image(sources, board)
    write_bytes(work.out / "sensor.elf", image.elf)
    write_bytes(work.out / "sensor.bin", image.binary)
    write_text(work.out / "sensor.map", image.map_text)
    write_json(work.out / "sensor.td.json", thing_description(work.sensor, model.labels))
    for name, content in further_files(board, image.elf).items():
        write_bytes(work.out / name, content)
    compiler = Tool(name=image.toolchain[0], version=image.toolchain[1])
    built: dict[str, str | float | int] = {"board": board.title, "compiler": f"{compiler.name} {compiler.version}"}
    code = image.sections[".text"]
    facts = {
        "board": board.name,
        "model_id": model.sha256.hex(),
        "fw_id": image.fw_id,
        "flash_bytes": image.flash,
        "code_bytes": code,
        "ram_bytes": image.ram,
        "stack_reserve_bytes": image.stack_reserve,
        "sections": image.sections,
        "toolchain": built["compiler"],
    }
    write_json(work.out / "firmware.json", facts)

    def size(name: str, bytes_: int, note: str) -> Value:
        where = ("firmware.json", f"/{name}")
        return work.found(bytes_, "B", "computed", *where, conditions=built, tool=compiler, note=note)

    proof = (evidence(work.out / "firmware.json", "/toolchain"),)
    work.record(
        "firmware",
        {
            "flash_bytes": size(
                "flash_bytes", image.flash, "vectors, code, compiler helpers, weights, tables, initial values"
            ),
            "code_bytes": size("code_bytes", code, "machine code, compiler helpers included"),
            "ram_static_bytes": size("ram_bytes", image.ram, "all static data and buffers, without the stack"),
            "toolchain": Statement(text=str(built["compiler"]), method="derived", evidence=proof),
        },
    )


def sources_of(work: Work) -> tuple[dict[str, str], ModelFacts]:
    """Every text of which the image is made, by file name, and what it knows of its model."""
    folder = work.inputs["compile"] / "c"
    emitted = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}
    model = _model_facts(work)
    return image_sources(work.sensor, load_board(work.sensor.board), emitted, model), model


def _model_facts(work: Work) -> ModelFacts:
    graph = read_tflite((work.inputs["model"] / "model.tflite").read_bytes())
    (x,), (y,) = ([graph.tensors[i] for i in ends] for ends in (graph.inputs, graph.outputs))
    answer = known_answer(lambda values: interpret_batch(graph, values.reshape(x.shape)).reshape(y.size), x.size)
    sha256 = str(work.read_json("compile", "compile.json")["model_sha256"])
    return ModelFacts(bytes.fromhex(sha256), tuple(load_dataset(work.inputs["data"]).labels), answer)
