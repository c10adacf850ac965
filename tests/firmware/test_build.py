from __future__ import annotations

import importlib.util
import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from tests import tiny

from sensorsmith.base.errors import BoardError, DataError, MissingTool, ToolFailed
from sensorsmith.boards import BoardSpec, list_boards, load_board
from sensorsmith.firmware import Image, Toolchain, build, find, image_sources, read_elf
from sensorsmith.firmware.link import STACK
from sensorsmith.spec.types import Sensor

BOARD = load_board("nucleo-l4r5zi")


def _toolchain(name: str, monkeypatch: pytest.MonkeyPatch, target: str = "cortex-m4") -> Toolchain:
    """One of the two compilers, or a skip where the machine lacks it."""
    if name == "zig":
        if importlib.util.find_spec("ziglang") is None:
            pytest.skip("ziglang is not installed")
        monkeypatch.setattr(shutil, "which", lambda _: None)
    elif shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    return find(target)


@pytest.fixture(scope="module")
def image(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> Image:
    return build(tiny_sensor, BOARD, tiny_sources, tiny.FACTS)


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
@pytest.mark.parametrize("name", list_boards())
def test_both_compilers_build_for_every_board(
    compiler: str, name: str, tiny_sensor: Sensor, tiny_sources: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = _toolchain(compiler, monkeypatch, load_board(name).target)
    built = build(tiny_sensor, load_board(name), tiny_sources, tiny.FACTS, toolchain)
    assert built.toolchain == (toolchain.name, toolchain.version)
    assert read_elf(built.elf).sections[0].address == load_board(name).flash.start


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
def test_two_builds_in_two_folders_are_equal(
    compiler: str,
    tiny_sensor: Sensor,
    tiny_sources: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """__FILE__ is the usual way in which a folder's name gets into an image."""
    toolchain = _toolchain(compiler, monkeypatch)
    sources = tiny_sources | {"tiny.c": tiny_sources["tiny.c"] + "\nconst char *tiny_file(void) { return __FILE__; }\n"}
    images = []
    for folder in ("a", "another-and-longer"):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / folder))
        images.append(build(tiny_sensor, BOARD, dict(reversed(sources.items())), tiny.FACTS, toolchain))
    assert images[0] == images[1]
    assert str(tmp_path).encode() not in images[0].elf


def test_nothing_is_left_in_the_temporary_folder(
    tiny_sensor: Sensor, tiny_sources: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    build(tiny_sensor, BOARD, tiny_sources, tiny.FACTS)
    assert list(tmp_path.iterdir()) == []


def test_flash_is_all_that_is_stored_and_ram_all_statics(image: Image) -> None:
    sections = {s.name: s for s in read_elf(image.elf).sections}
    stored = sum(s.size for s in sections.values() if s.stored)
    variables = [s for s in sections.values() if s.address >= BOARD.ram.start]
    assert image.flash == len(image.binary)
    assert stored <= image.flash < stored + 4 * len(sections)  # up to 3 bytes between two sections
    assert {".vectors", ".text", ".rodata"} <= {s.name for s in sections.values() if s.stored}
    assert image.ram == sum(s.size for s in variables)
    assert image.stack_reserve == STACK


def test_helpers_of_the_compiler_count(
    tiny_sensor: Sensor, tiny_sources: dict[str, str], image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 64-bit division is a function of the GNU compiler's library. Zig's is not linked; our C needs neither."""
    _toolchain("gcc", monkeypatch)
    divides = tiny_sources["tiny.c"].replace("return 0;", "volatile uint64_t x = 3; x = x / (x - 1); return (int)x;")
    larger = build(tiny_sensor, BOARD, tiny_sources | {"tiny.c": divides}, tiny.FACTS)
    assert "__aeabi_uldivmod" in larger.map_text
    assert larger.flash > image.flash + 100


def test_initial_values_of_variables_count_twice(
    tiny_sensor: Sensor, tiny_sources: dict[str, str], image: Image
) -> None:
    table = tiny_sources["tiny.c"].replace(
        "static int8_t arena", "volatile uint8_t table[400] = {1};\nstatic int8_t arena"
    )
    table = table.replace("return 0;", "return table[399];")
    larger = build(tiny_sensor, BOARD, tiny_sources | {"tiny.c": table}, tiny.FACTS)
    assert larger.flash - image.flash >= 400
    assert larger.ram - image.ram == 400


@pytest.mark.parametrize(
    ("memory", "size", "board_change"),
    [
        ("flash", 1024, {"flash": BOARD.flash.model_copy(update={"size": 1024})}),
        ("RAM", 4096, {"ram": BOARD.ram.model_copy(update={"size": 4096})}),
    ],
)
def test_an_image_too_large_for_its_board(
    memory: str,
    size: int,
    board_change: dict[str, object],
    tiny_sensor: Sensor,
    tiny_sources: dict[str, str],
    image: Image,
) -> None:
    small: BoardSpec = BOARD.model_copy(update=board_change)
    needed = image.flash if memory == "flash" else image.ram + STACK
    message = (
        f"board: the image needs {needed} bytes of {memory}, {needed - size} more than the {size} of NUCLEO-L4R5ZI; "
        "choose a larger board, or a smaller model or window"
    )
    with pytest.raises(BoardError) as caught:
        build(tiny_sensor, small, tiny_sources, tiny.FACTS)
    assert str(caught.value) == message


def test_a_machine_without_compiler(
    tiny_sensor: Sensor, tiny_sources: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingTool, match=r"^firmware: there is no C compiler for cortex-m4; run: pip install"):
        build(tiny_sensor, BOARD, tiny_sources, tiny.FACTS)


def test_sources_that_do_not_compile(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    with pytest.raises(ToolFailed, match=r"^firmware: .* refused the firmware: tiny\.c:1:\d+: .*error"):
        build(tiny_sensor, BOARD, tiny_sources | {"tiny.c": "not C\n"}, tiny.FACTS)


def test_a_function_that_is_missing(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    with pytest.raises(ToolFailed, match=r"^firmware: .* refused the firmware: .*tiny_features"):
        build(tiny_sensor, BOARD, tiny_sources | {"tiny_features.c": ""}, tiny.FACTS)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"tiny_features.h": ("TINY_FEATURES_SIZE 16", "TINY_FEATURES_SIZE 15")}, "the features are the input"),
        ({"tiny_features.h": ("TINY_HOP_SAMPLES 4", "TINY_HOP_SAMPLES 9")}, "the samples of one window"),
        ({"tiny.h": ("TINY_OUTPUT_SIZE 3", "TINY_OUTPUT_SIZE 255")}, "CLASS is one byte"),
    ],
)
def test_a_model_that_does_not_fit_its_features(
    change: dict[str, tuple[str, str]], complaint: str, tiny_sensor: Sensor, tiny_sources: dict[str, str]
) -> None:
    changed = {name: tiny_sources[name].replace(*words) for name, words in change.items()}
    with pytest.raises(ToolFailed, match=complaint):
        build(tiny_sensor, BOARD, tiny_sources | changed, tiny.FACTS)


def test_sources_without_a_name(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    del (sources := dict(tiny_sources))["tiny_features.h"]
    with pytest.raises(DataError, match=r"^firmware: the sources need one NAME_features\.h and its NAME\.h$"):
        build(tiny_sensor, BOARD, sources, tiny.FACTS)


def test_sources_that_would_replace_a_file_of_the_firmware(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    with pytest.raises(DataError, match=r"^firmware: the sources must not have a file named main\.c$"):
        build(tiny_sensor, BOARD, tiny_sources | {"main.c": ""}, tiny.FACTS)


def test_a_model_id_of_another_size(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> None:
    with pytest.raises(DataError, match=r"^firmware: MODEL_ID is a SHA-256 of 32 bytes, not 31$"):
        build(tiny_sensor, BOARD, tiny_sources, replace(tiny.FACTS, sha256=bytes(31)))


@pytest.mark.parametrize("board", list_boards())
@pytest.mark.parametrize("command", [("arm-none-eabi-gcc",), ("clang", "--target=thumb-none-eabi")])
def test_the_own_c_has_no_warnings(
    command: tuple[str, ...], board: str, tiny_sensor: Sensor, tiny_sources: dict[str, str], tmp_path: Path
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    spec = load_board(board)
    texts = image_sources(tiny_sensor, spec, tiny_sources, tiny.FACTS)
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    flags = [
        "-std=c11",
        "-O2",
        "-ffreestanding",
        f"-mcpu={spec.target}",
        "-mthumb",
        "-mfloat-abi=soft",
        "-Wall",
        "-Wextra",
    ]
    flags += ["-Wconversion", "-Wpedantic", "-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Werror"]
    own = [n for n in texts if n.endswith(".c") and not n.startswith("tiny")]
    done = subprocess.run([*command, *flags, "-c", *own], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_firmware_file_is_forgotten() -> None:
    from sensorsmith.firmware.build import _BARE, _PORTABLE
    from sensorsmith.firmware.hal import HALS

    others = {"firmware/c": {*_BARE, *HALS, "hosted"}}
    for room, names in _PORTABLE.items():
        folder = files("sensorsmith").joinpath(*room.split("/"))
        found = {entry.name for entry in folder.iterdir()}
        assert found == set(names) | others.get(room, set())
    for name, hal in HALS.items():
        folder = files("sensorsmith").joinpath("firmware", "c", name)
        assert {entry.name for entry in folder.iterdir()} == {
            *hal.files,
            *(file for files_ in hal.parts.values() for file in files_),
        }
