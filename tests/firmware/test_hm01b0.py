from __future__ import annotations

from typing import Any

import pytest
from tests import glimpse

from sensorsmith.base.errors import BoardError
from sensorsmith.firmware.hm01b0 import emit_hm01b0
from sensorsmith.spec.types import Sensor


def described(**changes: Any) -> Sensor:
    return glimpse.SENSOR.model_copy(update={"transducer": glimpse.SENSOR.transducer.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("rate", "height", "period"),
    [(5.0, 12, "200000u, 0u"), (1.0, 96, "1000000u, 0u"), (3.0, 96, "333333u, 96u"), (0.3, 96, "3333333u, 48u")],
)
def test_the_time_between_two_pictures(rate: float, height: int, period: str) -> None:
    """The rest is counted in parts of a microsecond, of which the rate of rows has so many."""
    text = emit_hm01b0(described(rate=rate, height=height))["ss_part.c"]
    assert text.splitlines()[-1] == f"const struct hm01b0 ss_camera = {{{{{period}}}}};"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"part": "OV7670"}, "sensor.yaml: transducer.part 'OV7670' has no driver for this board; use HM01B0"),
        (
            {"width": 200},
            "sensor.yaml: the camera gives pictures of 160 x 120 pixels, not 200 x 12; "
            "lower transducer.width and transducer.height",
        ),
        (
            {"rate": 20.0},
            "sensor.yaml: transducer.rate of 20 Hz is more than the camera is set up for; choose at most 15 Hz",
        ),
    ],
)
def test_what_it_cannot_be_set_up_for(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BoardError) as caught:
        emit_hm01b0(described(**changes))
    assert str(caught.value) == message
