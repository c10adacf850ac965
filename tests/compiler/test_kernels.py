from __future__ import annotations

from pathlib import Path

import pytest

import sensorsmith
from sensorsmith.compiler.headers import closure
from sensorsmith.compiler.kernels import VARIANTS, choose_variant, header_name
from sensorsmith.compiler.steps import Call

KERNELS = Path(sensorsmith.__file__).parent / "runtime" / "kernels"


def _calls(base: type[Call] = Call) -> set[str]:
    below = {name for each in base.__subclasses__() for name in _calls(each)}
    return below | ({base.kernel} if base is not Call else set())


def test_every_kernel_has_a_folder_and_every_folder_a_call() -> None:
    assert {path.name for path in KERNELS.iterdir()} == _calls()


def test_every_kernel_has_a_reference() -> None:
    assert all((KERNELS / kernel / "ref.h").is_file() for kernel in _calls())


@pytest.mark.parametrize("target", VARIANTS)
def test_every_target_has_a_variant_of_every_kernel(target: str) -> None:
    for kernel in _calls():
        assert choose_variant(kernel, target) in VARIANTS[target]


@pytest.mark.parametrize("kernel", sorted(_calls()))
def test_a_kernel_file_says_what_it_is_and_is_not(kernel: str) -> None:
    name = header_name(kernel, "ref")
    text = closure([name])[name]
    assert text.startswith("/*") and " * Not here: " in text.split("*/")[0]
    guard = name.replace(".", "_").upper()
    assert f"#ifndef {guard}\n#define {guard}\n" in text
    assert f"SS_KERNEL void ss_{kernel}_ref(" in text
