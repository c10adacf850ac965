"""Architectures, training, calibration and quantization; the only importer of the training framework."""

from sensorsmith.train.calibrate import calibrate
from sensorsmith.train.export import export
from sensorsmith.train.fit import Examples, fit
from sensorsmith.train.networks import NETWORKS
from sensorsmith.train.quantize import Range, quantize

__all__ = ["NETWORKS", "Examples", "Range", "calibrate", "export", "fit", "quantize"]
