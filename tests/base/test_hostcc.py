from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sensorsmith.base.errors import MissingTool, ToolFailed
from sensorsmith.base.hostcc import STRICT, build_program, build_shared, find_compiler, load


def test_a_function_is_built_and_called(tmp_path: Path) -> None:
    header = "int twice(int x);\n"
    source = '#include "twice.h"\nint twice(int x)\n{\n    return 2 * x;\n}\n'
    library = load(build_shared({"twice.h": header, "twice.c": source}, tmp_path / "built"))
    assert library.twice(21) == 42


def test_a_warning_is_an_error_where_that_is_asked_for(tmp_path: Path) -> None:
    source = "signed char f(int x);\nsigned char f(int x)\n{\n    return x;\n}\n"
    build_shared({"f.c": source}, tmp_path)
    with pytest.raises(ToolFailed, match=r"^\w+: the C compiler refused generated code: f\.c:4:\d+: error: .*conver"):
        build_shared({"f.c": source}, tmp_path, STRICT)


def test_without_a_compiler_the_mending_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "ziglang", raising=False)
    with pytest.raises(MissingTool) as caught:
        find_compiler()
    assert str(caught.value) == 'no C compiler was found (cc, gcc, clang); pip install "sensorsmith[zig]"'


def test_a_program_is_built_with_a_library(tmp_path: Path) -> None:
    source = (
        "#include <math.h>\nint main(int n, char **words)\n{\n    (void)words;\n    return (int)sqrt(n + 15.0);\n}\n"
    )
    program = build_program({"root.c": source}, tmp_path, ["-std=c11", "-lm"])
    assert subprocess.run([program], check=False).returncode == 4
