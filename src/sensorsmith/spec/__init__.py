"""sensor.yaml and declarations.yaml, typed."""

from sensorsmith.spec.declarations import Answer, Compliance, Declarations
from sensorsmith.spec.loader import load_declarations, load_sensor
from sensorsmith.spec.schema import sensor_schema
from sensorsmith.spec.types import Architecture, Camera, ImageFeatures, ModelFile, MotionFeatures, MotionSensor, Sensor

__all__ = [
    "Answer",
    "Architecture",
    "Camera",
    "Compliance",
    "Declarations",
    "ImageFeatures",
    "ModelFile",
    "MotionFeatures",
    "MotionSensor",
    "Sensor",
    "load_declarations",
    "load_sensor",
    "sensor_schema",
]
