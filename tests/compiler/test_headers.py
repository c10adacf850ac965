from __future__ import annotations

from sensorsmith.compiler.headers import closure, exists


def test_headers_bring_what_they_include() -> None:
    assert list(closure(["ss_conv2d_ref.h"])) == ["ss_base.h", "ss_conv2d_ref.h", "ss_fixed.h", "ss_window.h"]


def test_kernels_are_found_by_their_flat_names() -> None:
    assert exists("ss_depthwise_conv2d_ref.h")
    assert exists("ss_base.h")
    assert not exists("ss_depthwise_conv2d_quick.h")
    assert not exists("ss_nothing.h")
