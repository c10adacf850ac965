"""The pipeline: from sensor.yaml to a documented sensor. A stage runs only when something it depends on has changed.

    data -> windows -> features -> train -> model -> compile -> firmware -> measure -> footprint -> datasheet -> release
                                                                         -> readings ->
                                                                         -> prove ---------------->

`model` quantizes what `train` made; a model that the user brings takes the place of both. `prove` takes its time, and
runs when it is asked for; once it has run on a firmware, its verdicts stay with it. `readings` are what was measured on
a real board, and imported.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sensorsmith.base.cache import Cache, Key, StageResult, code_version
from sensorsmith.base.errors import BoardError, DataError, MissingTool, RequirementFailed, SpecError
from sensorsmith.base.files import write_bytes, write_json
from sensorsmith.base.hashing import canonical_json, hash_bytes, hash_file, hash_json
from sensorsmith.base.records import Absent, Quantity, Value
from sensorsmith.boards import load_board
from sensorsmith.compiler.stage import compile_sensor
from sensorsmith.data import hash_source, model_path
from sensorsmith.data.stage import cut_windows, import_data
from sensorsmith.datasheet.stage import write_datasheet
from sensorsmith.dsp.stage import make_features
from sensorsmith.firmware import firmware_id, further_files, patch_identity, read_elf, toolchain
from sensorsmith.firmware.stage import build_firmware
from sensorsmith.footprint import EnergyUse, assess
from sensorsmith.footprint.stage import assess_footprint
from sensorsmith.measure.readings import read_reading, take_readings
from sensorsmith.measure.stage import measure_sensor
from sensorsmith.proofs import Finding
from sensorsmith.proofs.stage import conformance_of, prove_sensor
from sensorsmith.spec import Declarations, ModelFile, Sensor, load_declarations, load_sensor
from sensorsmith.spec.stage import Progress, Work, read_record, silent, tool_versions
from sensorsmith.train.record import framework_versions
from sensorsmith.train.stage import bring_model, quantize_model, train_network, training_record_of

WORKSPACE = ".sensorsmith"
OUTPUT = "build"
_LISTING = "files.json"
_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Project:
    """A folder with a sensor.yaml, read."""

    folder: Path
    sensor: Sensor
    declarations: Declarations

    @classmethod
    def load(cls, folder: Path) -> Project:
        """Read sensor.yaml and declarations.yaml.

        Args:
            folder: where sensor.yaml is, or that file itself.

        Raises:
            SpecError: there is none, or it is wrong.
        """
        folder = folder.parent if folder.name == "sensor.yaml" and folder.is_file() else folder
        file = folder / "sensor.yaml"
        if not file.is_file():
            raise SpecError(
                "there is no sensor.yaml", where=str(folder), todo='write one, or start with "sensorsmith new NAME"'
            )
        return cls(folder, load_sensor(file), load_declarations(folder / "declarations.yaml"))


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline.

    Attributes:
        reads: the stages whose folders it is given; those that a pipeline does not have are left out.
        rooms: folders and files of the package that compute it, beside `base` and `spec`.
        sections: the sections of sensor.yaml that it reads.
        outside: what else its result depends on: hashes of the user's files, versions of tools.
        on_request: it runs only when it is asked for; otherwise a result that it has is used, and none left out.
    """

    name: str
    build: Callable[[Work], None]
    reads: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    outside: Callable[[Project], Mapping[str, str]] = field(default=lambda _: {})
    on_request: bool = False


def _source(project: Project) -> Mapping[str, str]:
    model = project.sensor.model
    labels = model.labels if isinstance(model, ModelFile) else None
    return {"source": hash_source(project.sensor, project.folder), "labels": canonical_json(labels)}


def _arithmetic(_project: Project) -> Mapping[str, str]:
    return tool_versions("numpy")


def _framework(_project: Project) -> Mapping[str, str]:
    return framework_versions()


def _model_file(project: Project) -> Mapping[str, str]:
    assert isinstance(project.sensor.model, ModelFile)
    file = model_path(project.sensor.model, project.folder)
    record = training_record_of(project.sensor.model, file)
    found = {"model file": hash_file(file), "training record": hash_file(record) if record else "none"}
    return found | tool_versions("numpy")


def _compiler(project: Project) -> Mapping[str, str]:
    found = toolchain.find(load_board(project.sensor.board).target)
    return {"compiler": f"{found.name} {found.version}"}


def _emulator(project: Project) -> Mapping[str, str]:
    board = load_board(project.sensor.board)
    emulator = board.emulator
    if emulator == "qemu":  # said before anything is trained
        raise BoardError(
            f"sensors are not made on {board.title}: its emulator counts no instructions",
            where="sensor.yaml: board",
            todo="make it for nucleo-l4r5zi; build, run and prove --conformance work on this board",
        )
    if importlib.util.find_spec(emulator) is None:
        raise MissingTool("the emulator is not installed", todo='run: pip install "sensorsmith[emulate]"')
    return tool_versions(emulator, "numpy")


def _readings(project: Project) -> Mapping[str, str]:
    reading = read_reading(project.folder)
    return {"measured.json": hash_json(reading.model_dump(mode="json")) if reading else "none"}


def _proof_tools(project: Project) -> Mapping[str, str]:
    description = hash_file(project.folder / "sensor.yaml")
    return {**_emulator(project), **_compiler(project), "sensor.yaml": description}


def _renderers(project: Project) -> Mapping[str, str]:
    declarations = hash_bytes(project.declarations.model_dump_json().encode())
    return tool_versions("typst", "segno", "font-source-sans-pro") | {"declarations": declarations}


def _factors(project: Project) -> Mapping[str, str]:
    """Materials and country are looked up before anything is trained, so that a mistake in them costs no time."""
    absent = Absent(reason="not_provided", why="not measured yet")
    assess(project.sensor, EnergyUse.of(project.sensor, absent, absent))
    return {}


_SIGNAL = ("transducer", "window")
_LEARN = ("data", "dsp", "graph", "train")

_DATA = Stage("data", import_data, (), ("data",), ("data", *_SIGNAL), _source)
_WINDOWS = Stage("windows", cut_windows, ("data",), ("data",), ("data", *_SIGNAL), _arithmetic)
_FEATURES = Stage("features", make_features, ("windows",), ("data", "dsp", "runtime/features"), ("features", *_SIGNAL))
_TRAIN = Stage(
    "train",
    train_network,
    ("data",),
    _LEARN,
    ("identity", "data", "features", "model", "training", *_SIGNAL),
    _framework,
)
_QUANTIZE = Stage(
    "model",
    quantize_model,
    ("windows", "features", "train"),
    _LEARN,
    ("features", "training", *_SIGNAL),
    _arithmetic,
)
_BRING = Stage("model", bring_model, ("data",), _LEARN, ("data", "features", "model", *_SIGNAL), _model_file)
_COMPILE = Stage(
    "compile",
    compile_sensor,
    ("model",),
    ("boards", "compiler", "data", "dsp", "graph", "runtime"),
    ("identity", "features", "board", *_SIGNAL),
)
_FIRMWARE = Stage(
    "firmware",
    build_firmware,
    ("data", "model", "compile"),
    ("boards", "data", "firmware", "graph", "interface", "runtime"),
    ("identity", "task", "board", "interface", "outputs", *_SIGNAL),
    _compiler,
)
_MEASURE = Stage(
    "measure",
    measure_sensor,
    ("data", "windows", "features", "train", "model", "compile", "firmware"),
    ("boards", "data", "dsp", "emulate", "firmware", "graph", "interface", "measure", "stats"),
    ("identity", "board", "features", "outputs", *_SIGNAL),
    _emulator,
)
_PROVE = Stage(
    "prove",
    prove_sensor,
    ("data", "windows", "model", "compile", "firmware"),
    ("boards", "data", "emulate", "firmware", "graph", "interface", "measure", "proofs", "runtime"),
    tuple(Sensor.model_fields),
    _proof_tools,
    on_request=True,
)
_READINGS = Stage("readings", take_readings, ("firmware",), ("measure",), ("identity",), _readings)
_FOOTPRINT = Stage(
    "footprint",
    assess_footprint,
    ("measure", "readings"),
    ("footprint",),
    ("identity", "bill_of_materials", "deployment", *_SIGNAL),
    _factors,
)
_DATASHEET = Stage(
    "datasheet",
    write_datasheet,
    ("data", "windows", "model", "compile", "firmware", "measure", "readings", "prove", "footprint"),
    ("boards", "datasheet", "interface"),
    tuple(Sensor.model_fields),
    _renderers,
)
_REST = (_COMPILE, _FIRMWARE, _PROVE, _MEASURE, _READINGS, _FOOTPRINT, _DATASHEET)

TRAINED = (_DATA, _WINDOWS, _FEATURES, _TRAIN, _QUANTIZE, *_REST)
BROUGHT = (_DATA, _WINDOWS, _FEATURES, _BRING, *_REST)


def stages(sensor: Sensor) -> tuple[Stage, ...]:
    """The stages of a sensor in order: one that trains its model, or one that brings it."""
    return BROUGHT if isinstance(sensor.model, ModelFile) else TRAINED


class Watch(Protocol):
    """Who looks on while the stages run."""

    def start(self, stage: str, number: int, of: int) -> Progress: ...

    def done(self, result: StageResult) -> None: ...


class Nobody:
    """A watch that does not look."""

    def start(self, stage: str, number: int, of: int) -> Progress:  # noqa: ARG002
        return silent

    def done(self, result: StageResult) -> None:
        pass


def run(
    project: Project, until: str | None = None, watch: Watch | None = None, asked: Collection[str] = ()
) -> dict[str, StageResult]:
    """Run the stages that changed.

    Args:
        until: name of the last stage to run; all by default.
        asked: names of stages that run only on request.

    Returns:
        The results by stage name.

    Raises:
        MissingTool: a tool that one of the stages needs; before the first of them runs.
        SensorsmithError: of the stage that failed; what was finished before is kept.
        ValueError: there is no stage `until`.
    """
    watch = watch or Nobody()
    cache = Cache(project.folder / WORKSPACE)
    results: dict[str, StageResult] = {}
    todo = stages(project.sensor)
    if until is not None:
        todo = todo[: [stage.name for stage in todo].index(until) + 1]
    wanted = [stage for stage in todo if not stage.on_request or stage.name in asked]
    outside = {stage.name: dict(stage.outside(project)) for stage in todo}
    for stage in todo:
        if stage not in wanted:
            found = cache.find(_key(stage, project, results, outside[stage.name]))
            results |= {stage.name: found} if found is not None else {}
            continue
        progress = watch.start(stage.name, wanted.index(stage) + 1, len(wanted))
        folders = {name: results[name].folder for name in stage.reads if name in results}
        work = Work(project.sensor, project.declarations, project.folder, folders, Path(), progress)
        key = _key(stage, project, results, outside[stage.name])
        results[stage.name] = cache.run(key, partial(_build, stage, work))
        watch.done(results[stage.name])
    return results


def _build(stage: Stage, work: Work, out: Path) -> None:
    stage.build(replace(work, out=out))


def _key(stage: Stage, project: Project, results: Mapping[str, StageResult], outside: Mapping[str, str]) -> Key:
    sections = project.sensor.model_dump(mode="json", include=set(stage.sections))
    inputs = {name: results[name].digest for name in stage.reads if name in results}
    rooms = tuple(sorted({"__init__.py", "base", "spec", *stage.rooms}))
    return Key(stage.name, inputs, sections | {"outside": outside}, code_version(_PACKAGE, rooms))


@dataclass(frozen=True)
class Outcome:
    """A finished sensor.

    Attributes:
        folder: the files for the user.
        results: of each stage.
        values: what each stage found, by stage and name.
    """

    folder: Path
    results: Mapping[str, StageResult]
    values: Mapping[str, Mapping[str, Value]]


def make(project: Project, watch: Watch | None = None, asked: Collection[str] = ()) -> Outcome:
    """Run all stages that changed, check the requirements, and put the result in `build/` of the project.

    Args:
        asked: names of stages that run only on request.

    Raises:
        RequirementFailed: the sensor breaks a requirement of its sensor.yaml; `build/` is left as it was.
        SensorsmithError: of the stage that failed.
    """
    results = run(project, watch=watch, asked=asked)
    values = {name: read_record(result.folder).values for name, result in results.items()}
    check_requirements(project.sensor, values)
    return Outcome(release(project.folder / OUTPUT, results), results, values)


@dataclass(frozen=True)
class Built:
    """The firmware of a sensor.

    Attributes:
        folder: where its files are.
        files: SHA-256 of each of them, by name.
        facts: of firmware.json: sizes, FW_ID, MODEL_ID, compiler.
    """

    folder: Path
    files: Mapping[str, str]
    facts: Mapping[str, Any]


def build(project: Project, watch: Watch | None = None) -> Built:
    """Run the stages up to the firmware, and put it in `build/` of the project.

    What `make` has left there stays if it is of this very firmware; otherwise it goes, and DOC_ID is 0.

    Raises:
        SensorsmithError: of the stage that failed.
    """
    results = run(project, "firmware", watch)
    firmware = results["firmware"].folder
    facts = json.loads((firmware / "firmware.json").read_text(encoding="utf-8"))
    folder = project.folder / OUTPUT
    if _present(folder) != facts["fw_id"]:
        _replace(folder, _firmware_files(results, (firmware / "sensor.elf").read_bytes()))
    return Built(folder, json.loads((folder / _LISTING).read_text(encoding="utf-8")), facts)


def _present(folder: Path) -> str:
    """FW_ID of the image in a folder whose files are all there as they were written; empty otherwise."""
    try:
        listing: dict[str, str] = json.loads((folder / _LISTING).read_text(encoding="utf-8"))
        if any(hash_file(folder / name) != sha256 for name, sha256 in listing.items()):
            return ""
        return firmware_id((folder / "sensor.elf").read_bytes())
    except (OSError, ValueError, AttributeError, DataError):
        return ""


def prove(project: Project, watch: Watch | None = None) -> Path:
    """Make the sensor, prove it, and return `build/proofs.json`; a proof that is broken stands there, and is no error.

    Raises:
        UserError: the firmware is that of a recorder.
        SensorsmithError: as `make`.
    """
    return make(project, watch, asked=("prove",)).folder / "proofs.json"


def check_conformance(project: Project, watch: Watch | None = None) -> list[Finding]:
    """Run the checks of the register map on the firmware of a project.

    Raises:
        SensorsmithError: of the stage that failed.
    """
    folders = {name: result.folder for name, result in run(project, "firmware", watch).items()}
    return conformance_of(Work(project.sensor, project.declarations, project.folder, folders, Path()))


# Field of `requirements`, where its value is found (the first place that has one), which side is good, and the unit and
# factor to print it in.
_REQUIREMENTS = (
    ("minimum_accuracy", (("measure", "accuracy_device"),), ">=", "%", 100.0),
    ("maximum_flash", (("firmware", "flash_bytes"),), "<=", "KiB", 1 / 1024),
    ("maximum_ram", (("measure", "ram_total_bytes"),), "<=", "KiB", 1 / 1024),
    ("maximum_time", (("measure", "modelled_time_s"),), "<=", "ms", 1e3),
    ("maximum_energy", (("readings", "measured_energy_j"), ("measure", "modelled_energy_j")), "<=", "mJ", 1e3),
    ("maximum_carbon", (("footprint", "total_kg"),), "<=", "kg CO2e", 1.0),
)


def check_requirements(sensor: Sensor, values: Mapping[str, Mapping[str, Value]]) -> None:
    """Hold the typical values against sensor.yaml.

    Raises:
        RequirementFailed: naming every requirement that is broken, and by how much; or one whose value is not known.
    """
    broken = []
    for name, places, relation, unit, factor in _REQUIREMENTS:
        limit: float | None = getattr(sensor.requirements, name)
        if limit is None:
            continue
        known = (value for stage, at in places if isinstance(value := values[stage][at], Quantity))
        found = next((value.typ for value in known), None)
        if found is None:
            broken.append(f"{name} cannot be checked: {places[-1][1]} is not known")
        elif found < limit if relation == ">=" else found > limit:
            shown, wanted = factor * found, factor * limit
            broken.append(f"{name} is {wanted:g} {unit}, found {shown:.4g} {unit} ({shown - wanted:+.3g})")
    if broken:
        raise RequirementFailed("; ".join(broken), where="sensor.yaml: requirements")


_RELEASED = {
    "model": ("model.tflite", "training.json"),
    "firmware": ("sensor.map", "sensor.td.json"),
    "prove": ("proofs.json", "audit.zip"),
    "datasheet": ("datasheet.json", "datasheet.html", "datasheet.pdf"),
}


def release(folder: Path, results: Mapping[str, StageResult]) -> Path:
    """Copy what the user wants into `folder`, with the datasheet's identity in the firmware.

    Each file appears whole; files of an earlier release that are no longer made are removed, others are left alone.
    """
    document = (results["datasheet"].folder / "datasheet.json").read_bytes()
    elf, _ = patch_identity(
        (results["firmware"].folder / "sensor.elf").read_bytes(), bytes.fromhex(hash_bytes(document))
    )
    contents = _firmware_files(results, elf)
    for name in sorted(_evidence(json.loads(document))):
        stage, _, path = name.partition("/")
        if stage in results:  # what is not a stage's is part of the package
            contents[f"evidence/{name}"] = (results[stage].folder / path).read_bytes()
    _replace(folder, contents)
    return folder


def _firmware_files(results: Mapping[str, StageResult], elf: bytes) -> dict[str, bytes]:
    """What the stages that have run leave for the user, with the image `elf` in all its forms."""
    board = load_board(json.loads((results["firmware"].folder / "firmware.json").read_text(encoding="utf-8"))["board"])
    contents = {"sensor.elf": elf, "sensor.bin": read_elf(elf).flat()} | further_files(board, elf)
    for stage, names in _RELEASED.items():
        if stage in results:
            contents |= {name: (results[stage].folder / name).read_bytes() for name in names}
    for file in sorted((results["compile"].folder / "c").iterdir()):
        contents[f"c/{file.name}"] = file.read_bytes()
    return contents


def _evidence(node: Any) -> set[str]:
    """The files that a document names as evidence."""
    if isinstance(node, dict):
        own = {proof["file"] for proof in node.get("evidence", ())} if isinstance(node.get("evidence"), list) else set()
        return own.union(*map(_evidence, node.values()))
    return set().union(*map(_evidence, node)) if isinstance(node, list) else set()


def _replace(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files, each whole; remove those of the last time that are not among them."""
    listing = folder / _LISTING
    try:
        earlier = dict(json.loads(listing.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        earlier = {}
    for name in set(earlier) - set(contents):
        if ".." not in Path(name).parts and not Path(name).is_absolute():
            (folder / name).unlink(missing_ok=True)
    for name, content in contents.items():
        if not (folder / name).is_file() or (folder / name).read_bytes() != content:
            write_bytes(folder / name, content)
    now = {name: hash_bytes(content) for name, content in contents.items()}
    if now != earlier:
        write_json(listing, now)
