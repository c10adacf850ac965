from __future__ import annotations

import numpy as np

from sensorsmith.measure import evaluate
from sensorsmith.stats import cluster_wilson, paired_cluster_difference

TRUTH = np.array([0, 0, 1, 1, 1, 2] * 10)
PEOPLE = np.array(["a"] * 24 + ["b"] * 18 + ["c"] * 18)
RECORDINGS = np.array([f"r{i // 6}" for i in range(60)])


def predictions(wrong: list[int]) -> np.ndarray:
    predicted = TRUTH.copy()
    predicted[wrong] = (predicted[wrong] + 1) % 3
    return predicted


def test_counts_and_intervals() -> None:
    device, floating = predictions([0, 1, 30]), predictions([0])
    found = evaluate(["x", "y", "z"], TRUTH, PEOPLE, RECORDINGS, {"device": device, "int8": device, "float": floating})
    assert found["windows"] == 60
    assert found["confusion"] == [[17, 3, 0], [0, 30, 0], [0, 0, 10]]
    assert [(p["person"], p["n"], p["correct"]) for p in found["people"]] == [
        ("a", 24, 22),
        ("b", 18, 17),
        ("c", 18, 18),
    ]
    whole = cluster_wilson([22, 17, 18], [24, 18, 18])
    assert (found["accuracy"]["device"]["value"], found["accuracy"]["device"]["low"]) == (57 / 60, whole.low)
    assert found["accuracy"]["device"]["groups"] == 3
    within = cluster_wilson([4, 6, 6, 6], [6, 6, 6, 6])
    assert found["people"][0]["low"] == within.low
    assert found["caution"] == "insufficient data: 3 groups, at least 5 are needed"


def test_the_difference_of_forms_is_paired_by_person() -> None:
    device, floating = predictions([0, 1, 30]), predictions([0])
    found = evaluate(["x", "y", "z"], TRUTH, PEOPLE, RECORDINGS, {"device": device, "int8": device, "float": floating})
    expected = paired_cluster_difference(floating == TRUTH, device == TRUTH, PEOPLE)
    assert set(found["difference"]) == {"device minus int8", "float minus int8"}
    assert found["difference"]["float minus int8"]["value"] == expected.value
    assert found["difference"]["float minus int8"]["p_value"] == expected.p_value
    assert found["difference"]["device minus int8"]["value"] == 0


def test_one_person_is_judged_by_the_differences_between_recordings() -> None:
    one, device = np.array(["a"] * 60), predictions([0, 1, 30])
    found = evaluate(["x", "y", "z"], TRUTH, one, RECORDINGS, {"device": device, "int8": device})
    whole = cluster_wilson([4, 6, 6, 6, 6, 5, 6, 6, 6, 6], [6] * 10)
    assert found["accuracy"]["device"]["low"] == found["people"][0]["low"] == whole.low


def test_a_single_recording_has_no_interval() -> None:
    one = np.zeros(6, int).astype(str)
    found = evaluate(["x", "y", "z"], TRUTH[:6], one, one, {"device": TRUTH[:6], "int8": TRUTH[:6]})
    share = found["accuracy"]["device"]
    assert (share["low"], share["high"], share["method"]) == (0.0, 1.0, "none, for lack of clusters")
    assert found["difference"] == {}
