from __future__ import annotations

from sensorsmith.compiler.headers import closure


def test_headers_bring_what_they_include() -> None:
    assert list(closure(["ss_conv2d_ref.h"])) == ["ss_base.h", "ss_conv2d_ref.h", "ss_fixed.h", "ss_window.h"]


def test_kernels_are_found_by_their_flat_names() -> None:
    assert list(closure(["ss_depthwise_conv2d_ref.h"]))[1] == "ss_depthwise_conv2d_ref.h"
