"""Life-cycle carbon of a sensor: parts, transport, training, use and end of life."""

from sensorsmith.footprint.assess import assess
from sensorsmith.footprint.factors import Factor, Source, load_factors, load_sources
from sensorsmith.footprint.published import Published, load_published
from sensorsmith.footprint.report import Footprint, Line, NotProvided, Spread
from sensorsmith.footprint.use import EnergyUse

__all__ = [
    "EnergyUse",
    "Factor",
    "Footprint",
    "Line",
    "NotProvided",
    "Published",
    "Source",
    "Spread",
    "assess",
    "load_factors",
    "load_published",
    "load_sources",
]
