from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.graph.oracle import AVAILABLE, Oracle


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    if not AVAILABLE:
        pytest.skip("the tflite-micro wheel is not installed (it exists for Linux only)")
    with Oracle() as running:
        yield running
