from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.base.errors import DataError
from sensorsmith.data import DataSet, Recording, make_windows, split_groups
from sensorsmith.spec.types import Sensor

Make = Callable[..., DataSet]
MakeSensor = Callable[..., Sensor]
PEOPLE = "abcdefgh"


def _message(dataset: DataSet, sensor: Sensor) -> str:
    with pytest.raises(DataError) as caught:
        make_windows(dataset, sensor)
    return str(caught.value)


def test_those_not_listed_are_trained_on(dataset: Make, sensor: MakeSensor) -> None:
    sides = split_groups(dataset(), sensor(data={"unseen": ["cleo"], "validation": ["anna"]}))
    assert sides == {"anna": "validation", "ben": "train", "cleo": "unseen"}


@given(data=st.data())
def test_no_group_is_ever_on_two_sides(
    data: st.DataObject, sensor: MakeSensor, recording: Callable[..., Recording]
) -> None:
    """Whatever the recordings, a window's side is its person's, and each person has one."""
    order = data.draw(st.permutations(PEOPLE))
    unseen, validation = order[:2], order[2 : data.draw(st.integers(2, 4))]
    extra = data.draw(
        st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from(PEOPLE), st.integers(0, 45)), max_size=9)
    )
    pieces = [(label, person, 10) for label in "xy" for person in PEOPLE] + extra
    recordings = []
    for number, (label, person, length) in enumerate(pieces):
        samples = np.random.default_rng(number).normal(size=(length, 2)).astype(np.float32)
        recordings.append(recording(label, person, samples=samples + np.float32(number), source=str(number)))
    distinct = tuple({r.id: r for r in recordings if len(r.samples)}.values())
    dataset = DataSet("test", ("x", "y"), distinct, "CC0-1.0", "", "")
    windows = make_windows(dataset, sensor(data={"unseen": list(unseen), "validation": list(validation)}))
    sides = {person: set(windows.split[windows.group == person]) for person in PEOPLE}
    assert all(len(side) == 1 for side in sides.values())
    assert {person for person in PEOPLE if sides[person] == {"unseen"}} == set(unseen)
    assert {person for person in PEOPLE if sides[person] == {"validation"}} == set(validation)


def test_a_person_who_does_not_exist_is_refused(dataset: Make, sensor: MakeSensor) -> None:
    todo = "choose from anna, ben, cleo"
    assert _message(dataset(), sensor(data={"unseen": ["ann"]})) == (
        f"sensor.yaml: data.unseen: there is no person 'ann'; {todo}"
    )
    assert _message(dataset(), sensor(data={"validation": ["bob"]})) == (
        f"sensor.yaml: data.validation: there is no person 'bob'; {todo}"
    )


def test_one_person_cannot_be_divided(dataset: Make, sensor: MakeSensor, recording: Callable[..., Recording]) -> None:
    assert _message(dataset(recording("still"), recording("wave")), sensor()) == (
        "all recordings are of one person (anna), so none can be held out; record a second person"
    )


def test_somebody_must_be_left(dataset: Make, sensor: MakeSensor) -> None:
    assert _message(dataset(), sensor(data={"unseen": ["anna", "ben", "cleo"]})) == (
        "sensor.yaml: data.unseen: no person is left to train on; hold out fewer of 3"
    )


def test_a_recording_without_the_attribute_is_refused(
    dataset: Make, sensor: MakeSensor, recording: Callable[..., Recording]
) -> None:
    nameless = recording("wave", attributes={"side": "left"}, source="wave/1.csv")
    assert _message(dataset(recording("still"), nameless), sensor()) == (
        "wave/1.csv: it does not say its person (attributes: side); "
        "name a file person-..., or set data.group to an attribute that all recordings have"
    )
    bare = recording("wave", attributes={}, source="wave/1.csv")
    assert "(attributes: none)" in _message(dataset(recording("still"), bare), sensor())


def test_a_signal_on_two_sides_is_refused(
    dataset: Make, sensor: MakeSensor, recording: Callable[..., Recording]
) -> None:
    copy = recording("wave", "dora", samples=recording("wave", "anna").samples)
    assert _message(dataset(*dataset().recordings, copy), sensor()) == (
        "wave/person-dora_1.csv: the same signal as wave/person-anna_1.csv, "
        "but one is in train and the other in unseen; remove one of the two"
    )
