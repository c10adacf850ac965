from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from pydantic.fields import FieldInfo

import sensorsmith
from sensorsmith.dsp import BLOCKS, MotionBlock, feature_block
from sensorsmith.spec.types import Sensor


def test_the_table_has_every_section_that_features_may_hold() -> None:
    field: FieldInfo = Sensor.model_fields["features"]
    assert set(BLOCKS) == {get_args(tagged)[0] for tagged in get_args(field.annotation)}


def test_a_sensor_gets_the_block_it_asks_for(sensor: Callable[..., Sensor]) -> None:
    assert isinstance(feature_block(sensor()), MotionBlock)


def test_every_block_is_a_trio() -> None:
    for section in BLOCKS:
        (block,) = get_args(section.model_fields["block"].annotation)
        package, tests = Path(sensorsmith.__file__).parent, Path(__file__).parent
        assert (package / "dsp" / f"{block}.py").is_file()
        assert (package / "runtime" / "features" / f"{block}.h").is_file()
        assert (tests / f"test_{block}.py").is_file()
