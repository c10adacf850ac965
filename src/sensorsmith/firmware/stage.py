"""Stage `firmware`: the image for the board, with its sizes and its identity."""

from __future__ import annotations

from sensorsmith.base.files import write_bytes, write_json, write_text
from sensorsmith.base.records import Statement, Tool, Value, evidence
from sensorsmith.boards import load_board
from sensorsmith.firmware.build import build
from sensorsmith.spec.stage import Work


def build_firmware(work: Work) -> None:
    """Build the image.

    Raises:
        BoardError: the image does not fit the board.
        MissingTool: there is no cross compiler.
    """
    sensor, board = work.sensor, load_board(work.sensor.board)
    folder = work.inputs["compile"] / "c"
    sources = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}
    model_id = str(work.read_json("compile", "compile.json")["model_sha256"])
    image = build(sensor, board, sources, bytes.fromhex(model_id))
    write_bytes(work.out / "sensor.elf", image.elf)
    write_bytes(work.out / "sensor.bin", image.binary)
    write_text(work.out / "sensor.map", image.map_text)
    compiler = Tool(name=image.toolchain[0], version=image.toolchain[1])
    built: dict[str, str | float | int] = {"board": board.title, "compiler": f"{compiler.name} {compiler.version}"}
    code = image.sections[".text"]
    facts = {
        "model_id": model_id,
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
