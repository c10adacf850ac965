"""Stage `features`."""

from __future__ import annotations

from sensorsmith.data import load_windows
from sensorsmith.dsp.blocks import feature_block
from sensorsmith.dsp.store import save_features
from sensorsmith.spec.stage import Work


def make_features(work: Work) -> None:
    """Features of every window, as the device computes them.

    Raises:
        SpecError: the feature block cannot be built.
    """
    block = feature_block(work.sensor)
    features = block.transform(load_windows(work.inputs["windows"] / "windows.npz").raw)
    size = save_features(work.out, block, features)["bytes_per_window"]
    work.record(
        "features", {"bytes_per_window": work.found(size, "B", "computed", "features.json", "/bytes_per_window")}
    )
