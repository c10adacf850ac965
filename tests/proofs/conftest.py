from __future__ import annotations

import pytest
from tests.proofs.altered import subject

from sensorsmith.proofs import Subject

pytest.importorskip("unicorn")


@pytest.fixture(scope="session")
def sound() -> Subject:
    """The sensor as it is."""
    return subject()
