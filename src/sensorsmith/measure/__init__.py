"""What a sensor does and costs: evaluation on unseen people, instructions, memory, modelled time and energy."""

from sensorsmith.measure.arena import bytes_in_use, fullest, life_chart, short_name
from sensorsmith.measure.arena_picture import arena_svg, check_picture_path, write_picture
from sensorsmith.measure.cycles import KNOWN_ERROR, Timing, model_cycles
from sensorsmith.measure.evaluate import as_json, evaluate
from sensorsmith.measure.model_profile import Cost, LayerProfile, ModelProfile, Spread, profile_model
from sensorsmith.measure.model_run import FunctionCount, ModelRun, run_model
from sensorsmith.measure.models import model_scores
from sensorsmith.measure.power_trace import PowerTrace, read_power
from sensorsmith.measure.readings import Reading, import_power
from sensorsmith.measure.sizes import FlashBytes, RamBytes
from sensorsmith.measure.stack import stack_bound
from sensorsmith.measure.target import model_energy, model_time, profile

__all__ = [
    "KNOWN_ERROR",
    "Cost",
    "FlashBytes",
    "FunctionCount",
    "LayerProfile",
    "ModelProfile",
    "ModelRun",
    "PowerTrace",
    "RamBytes",
    "Reading",
    "Spread",
    "Timing",
    "arena_svg",
    "as_json",
    "bytes_in_use",
    "check_picture_path",
    "evaluate",
    "fullest",
    "import_power",
    "life_chart",
    "model_cycles",
    "model_energy",
    "model_scores",
    "model_time",
    "profile",
    "profile_model",
    "read_power",
    "run_model",
    "short_name",
    "stack_bound",
    "write_picture",
]
