from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sensorsmith.base.errors import BoardError, MissingTool, ToolFailed
from sensorsmith.firmware import find


def test_the_compiler_has_a_name_and_a_version() -> None:
    found = find("cortex-m4")
    assert found.name in ("arm-none-eabi-gcc", "zig cc")
    assert found.version[0].isdigit()


def test_a_machine_without_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "ziglang", None)
    message = r'^firmware: there is no C compiler for cortex-m4; run: pip install "sensorsmith\[zig\]"$'
    with pytest.raises(MissingTool, match=message):
        find("cortex-m4")


def test_a_target_for_which_nothing_can_be_built() -> None:
    with pytest.raises(BoardError) as caught:
        find("z80")
    assert str(caught.value) == (
        "firmware: no firmware can be built for the target 'z80'; known are avr, cortex-m0plus, cortex-m33, cortex-m4, "
        "cortex-m55, cortex-m7, riscv32, wasm"
    )


def test_the_first_error_is_told_and_warnings_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("#warning first\nint f(void) { return nonsense; }\nint g(void) { return more; }\n")
    with pytest.raises(ToolFailed) as caught:
        find("cortex-m4").run(["-c", "a.c", "-o", "a.o"], tmp_path)
    assert str(caught.value).startswith(f"firmware: {find('cortex-m4').name} refused the firmware: a.c:2:")
    assert "nonsense" in str(caught.value) and "more" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
