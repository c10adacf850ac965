"""Recordings, labels, group-safe splits, windows of raw counts, and the health of a data set."""

from sensorsmith.data.folder import read_recordings
from sensorsmith.data.health import health
from sensorsmith.data.load import hash_source, load_source
from sensorsmith.data.made_up import made_window
from sensorsmith.data.published import MODELS, PublishedModel, fetch_model, find_model, model_path
from sensorsmith.data.records import DataSet, Recording
from sensorsmith.data.source import Source
from sensorsmith.data.sources import SOURCES, fetch, find, named
from sensorsmith.data.split import SPLITS, group_of, split_groups
from sensorsmith.data.store import load_dataset, save_dataset
from sensorsmith.data.transducer import counts_per_unit, dimension, resolution, sample_range, window_samples
from sensorsmith.data.windows import Windows, load_windows, make_windows, save_windows, to_counts

__all__ = [
    "MODELS",
    "SOURCES",
    "SPLITS",
    "DataSet",
    "PublishedModel",
    "Recording",
    "Source",
    "Windows",
    "counts_per_unit",
    "dimension",
    "fetch",
    "fetch_model",
    "find",
    "find_model",
    "group_of",
    "hash_source",
    "health",
    "load_dataset",
    "load_source",
    "load_windows",
    "made_window",
    "make_windows",
    "model_path",
    "named",
    "read_recordings",
    "resolution",
    "sample_range",
    "save_dataset",
    "save_windows",
    "split_groups",
    "to_counts",
    "window_samples",
]
