"""Feature blocks: numpy and C that give the same bytes."""

from sensorsmith.dsp.blocks import BLOCKS, Block, feature_block
from sensorsmith.dsp.host import HostFeatures
from sensorsmith.dsp.image import ImageBlock
from sensorsmith.dsp.motion import Gain, MotionBlock
from sensorsmith.dsp.store import load_features, save_features

__all__ = [
    "BLOCKS",
    "Block",
    "Gain",
    "HostFeatures",
    "ImageBlock",
    "MotionBlock",
    "feature_block",
    "load_features",
    "save_features",
]
