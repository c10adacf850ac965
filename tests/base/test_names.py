from __future__ import annotations

import pytest

from sensorsmith.base.names import is_taken


@pytest.mark.parametrize("name", ["math", "stdint", "nul", "com1", "lpt9", "ss_base", "ss-motion"])
def test_what_would_hide_something(name: str) -> None:
    assert is_taken(name)


@pytest.mark.parametrize("name", ["mathe", "kws", "com10", "sss", "glass_base"])
def test_what_would_not(name: str) -> None:
    assert not is_taken(name)
