"""What a sensor does and costs: evaluation on unseen people, instructions, memory, modelled time and energy."""

from sensorsmith.measure.evaluate import evaluate
from sensorsmith.measure.target import model_energy, model_time, profile

__all__ = ["evaluate", "model_energy", "model_time", "profile"]
