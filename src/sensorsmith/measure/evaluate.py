"""How good a sensor is on people held out, with intervals that take people as the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.stats import Estimate, cluster_wilson, insufficient, paired_cluster_difference

Classes = npt.NDArray[np.int64]


def evaluate(
    labels: Sequence[str],
    truth: Classes,
    people: npt.NDArray[np.str_],
    recordings: npt.NDArray[np.str_],
    predicted: Mapping[str, Classes],
) -> dict[str, Any]:
    """Compare what each form of the sensor says with the truth, in JSON values.

    Args:
        labels: names of the classes.
        truth: (N,) class of each window.
        people: (N,) group of each window.
        recordings: (N,) recording of each window; windows of one recording overlap and are not independent.
        predicted: (N,) classes by form: `device` (always), `int8`, and `float` where there is a float model.

    Returns:
        `accuracy` by form with the interval over people (over recordings where there is one person); `confusion` of the
        device, rows are the truth; `people` with an interval over their recordings each; `difference` of each form to
        the int8 one, paired; `caution` where there are too few people. Without windows all of these are empty.
    """
    if len(truth) == 0:
        nothing: dict[str, Any] = {"accuracy": {}, "difference": {}, "confusion": [], "people": [], "caution": ""}
        return {"labels": list(labels), "windows": 0} | nothing
    right = {form: classes == truth for form, classes in predicted.items()}
    names = sorted(set(people.tolist()))
    rows = {name: people == name for name in names}
    clusters = people if len(names) > 1 else recordings
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(confusion, (truth, predicted["device"]), 1)
    return {
        "labels": list(labels),
        "windows": len(truth),
        "accuracy": {form: as_json(_share(mine, clusters)) for form, mine in right.items()},
        "difference": {
            f"{form} minus int8": as_json(paired_cluster_difference(mine, right["int8"], people))
            for form, mine in right.items()
            if form != "int8" and len(names) > 1
        },
        "confusion": confusion.tolist(),
        "people": [_person(name, right["device"][mine], recordings[mine]) for name, mine in rows.items()],
        "caution": insufficient(len(truth), len(names)) or "",
    }


def _person(name: str, right: npt.NDArray[np.bool_], recordings: npt.NDArray[np.str_]) -> dict[str, Any]:
    share = _share(right, recordings)
    correct = int(right.sum())
    counts = {"n": share.n, "correct": correct, "accuracy": correct / share.n}
    return {"person": name, **counts, "low": share.low, "high": share.high}


def _share(right: npt.NDArray[np.bool_], clusters: npt.NDArray[np.str_]) -> Estimate:
    """Share of `right` with an interval over the clusters, which are independent of each other."""
    names, index = np.unique(clusters, return_inverse=True)
    if len(names) < 2:  # nothing shows how clusters differ
        return Estimate(float(right.mean()), 0.0, 1.0, 0.95, "none, for lack of clusters", len(right), len(names))
    return cluster_wilson(np.bincount(index, weights=right).astype(int), np.bincount(index))


def as_json(estimate: Estimate) -> dict[str, Any]:
    """An estimate with its interval as JSON values; the p-value only where a test was made."""
    found: dict[str, Any] = {"value": estimate.value} | estimate.interval().model_dump(mode="json")
    return found if estimate.p_value is None else found | {"p_value": estimate.p_value}
