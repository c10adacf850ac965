"""What a sensor does and costs: evaluation on unseen people, instructions, memory, modelled time and energy."""

from sensorsmith.measure.evaluate import as_json, evaluate
from sensorsmith.measure.model_run import FunctionCount, ModelRun, run_model
from sensorsmith.measure.models import model_scores
from sensorsmith.measure.sizes import FlashBytes, RamBytes
from sensorsmith.measure.target import model_energy, model_time, profile

__all__ = [
    "FlashBytes",
    "FunctionCount",
    "ModelRun",
    "RamBytes",
    "as_json",
    "evaluate",
    "model_energy",
    "model_scores",
    "model_time",
    "profile",
    "run_model",
]
