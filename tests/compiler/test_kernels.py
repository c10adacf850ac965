from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.compiler.models import motion_net

import sensorsmith
from sensorsmith.base.errors import BoardError
from sensorsmith.compiler.headers import closure
from sensorsmith.compiler.kernels import VARIANTS, header_name, select
from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.lower import LOWERINGS  # imports every call
from sensorsmith.compiler.steps import Call
from sensorsmith.compiler.variants import BY_NAME

KERNELS = Path(sensorsmith.__file__).parent / "runtime" / "kernels"
_DEFINED = re.compile(r"^(?:#define |\w[^;#\n]*?\b)(ss_\w+)\(|^#define (SS_\w+)|^} (ss_\w+);", re.MULTILINE)


def _calls(base: type[Call] = Call) -> set[tuple[str, str]]:
    below = {name for each in base.__subclasses__() for name in _calls(each)}
    return below | ({(base.kernel, base.variant)} if base is not Call else set())


def test_every_call_has_a_file_and_every_file_a_call() -> None:
    assert LOWERINGS
    assert {(path.parent.name, path.stem) for path in KERNELS.glob("*/*.h")} == _calls()


def test_every_kernel_has_a_reference() -> None:
    references = {kernel for kernel, variant in _calls() if variant == "ref"}
    # pointwise_conv2d and depthwise_conv2d_3x3 are special cases, and named after the general one.
    assert all(any(reference in kernel for reference in references) for kernel, _ in _calls())


def test_every_variant_belongs_to_a_target() -> None:
    assert set(BY_NAME) <= {variant for variants in VARIANTS.values() for variant in variants}


@pytest.mark.parametrize("target", VARIANTS)
def test_all_kernels_of_a_target_may_stand_in_one_file(target: str) -> None:
    """Whichever of them the layers of a model need."""
    names = [header_name(*call) for call in sorted(_calls()) if call[1] in ("ref", *VARIANTS[target])]
    files = closure(names)
    # One file may define a name several times, in branches of #if.
    defined = Counter(name for text in files.values() for name in {"".join(found) for found in _DEFINED.findall(text)})
    assert defined["ss_copy"] == defined["ss_dims"] == 1
    assert [name for name, count in defined.items() if count > 1] == []


def test_an_unknown_target() -> None:
    with pytest.raises(BoardError) as error:
        select(legalise(motion_net()), "z80")
    assert str(error.value) == f"there is no target 'z80'; use one of {', '.join(VARIANTS)}"


@pytest.mark.parametrize(("kernel", "variant"), sorted(_calls()))
def test_a_kernel_file_says_what_it_is_and_is_not(kernel: str, variant: str) -> None:
    name = header_name(kernel, variant)
    text = closure([name])[name]
    assert text.startswith("/*") and " * Not here: " in text.split("*/")[0]
    guard = name.replace(".", "_").upper()
    assert f"#ifndef {guard}\n#define {guard}\n" in text
    assert f"SS_KERNEL void ss_{kernel}_{variant}(" in text
