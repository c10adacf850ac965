"""Sensorsmith makes ML sensors: `sensor.yaml` in, a documented device that runs its model beside the transducer out."""

__version__ = "0.1.0"
