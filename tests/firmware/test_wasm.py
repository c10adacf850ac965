from __future__ import annotations

import pytest
from tests.measure.handwritten import ECHO, handwritten
from tests.measure.tools import require

from sensorsmith.base.errors import DataError
from sensorsmith.firmware import build_bench, read_wasm
from sensorsmith.firmware.bench import WASM_STACK


@pytest.fixture(scope="module")
def module() -> bytes:
    require("clang", "wasm")
    table = "static const int8_t hand_table[100] = {1};\nstatic volatile int8_t hand_arena[64];"
    body = f"hand_arena[(uint8_t)input[0]] = hand_table[(uint8_t)input[1]];\n{ECHO}"
    return build_bench(handwritten(body, table), "wasm", "clang").image


def test_sizes(module: bytes) -> None:
    found = read_wasm(module)
    assert found.data == 100
    assert WASM_STACK + 164 <= found.heap_base < WASM_STACK + 200
    assert 100 < found.size < len(module)


def test_what_is_no_module() -> None:
    with pytest.raises(DataError, match=r"^this is not a WebAssembly module$"):
        read_wasm(b"\x7fELF")


def test_a_module_that_is_cut_short(module: bytes) -> None:
    for length in range(8, len(module), 7):
        try:
            read_wasm(module[:length])  # cut in a custom section, it is whole enough
        except DataError as error:
            assert str(error).startswith("the WebAssembly module is damaged: ")
    with pytest.raises(
        DataError, match=r"^the WebAssembly module is damaged: a section reaches past the end of the file"
    ):
        read_wasm(module[:20])


def test_a_module_without_the_end_of_its_variables(module: bytes) -> None:
    with pytest.raises(DataError, match=r"^the WebAssembly module is damaged: it does not export __heap_base"):
        read_wasm(module.replace(b"__heap_base", b"__heap_bass"))
