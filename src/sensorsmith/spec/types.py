"""sensor.yaml, typed: one frozen class per section. The comments of each field become its documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from sensorsmith.spec.mistakes import Told
from sensorsmith.spec.quantities import (
    Angle,
    Carbon,
    Energy,
    Frequency,
    InformationRate,
    Length,
    Mass,
    Memory,
    Power,
    Ratio,
    Time,
    WrittenAcceleration,
    WrittenAngularRate,
)
from sensorsmith.spec.texts import BoardName, ChannelName, Country, Name, Version


class Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


Known = bool | Literal["unknown"]
"""A fact that only the author knows. What is not said is unknown, and unknown never counts as safe."""


class Identity(Section):
    """What the sensor is called, and who makes it."""

    name: Name
    """Short name; also names the generated C and files."""
    title: str = Field(max_length=80)
    """What the datasheet is headed with."""
    version: Version
    """Version of this sensor, MAJOR.MINOR.PATCH."""
    description: str = Field(max_length=600)
    """What the sensor reports, in a sentence or two."""
    maker: str = Field(default="", max_length=80)
    """Who answers for it; printed as not provided when empty."""
    vendor_id: int = Field(default=0xFFFF, ge=0, le=0xFFFF)
    """VENDOR register; 0xFFFF is for sensors made by hobbyists and learners."""
    product_id: int = Field(default=1, ge=0, le=0xFFFF)
    """PRODUCT register."""
    datasheet_url: str = Field(default="", max_length=29, pattern="[ -~]*")
    """Where the datasheet is found, as the host reads it from the sensor: short enough for one register."""

    @property
    def c_name(self) -> str:
        """The name as it begins names in C."""
        return str(self.name).replace("-", "_")


class Channel(Section):
    """One of the values that the part delivers with each sample."""

    name: ChannelName
    """Name of the column in the recordings."""
    unit: Literal["g", "m/s2", "rad/s", "dps"]
    """Unit of the recordings."""
    resolution: str = Field(max_length=64)
    """Physical size of one count of the part's 16-bit output, with its unit: `0.244 mg`, `70 mdps`."""


class MotionSensor(Section):
    """A motion sensor: accelerations, rates of turn."""

    part: str = Field(max_length=40)
    """Manufacturer's name of the part."""
    modality: Literal["motion"]
    """What it senses."""
    rate: Frequency
    """Sampling rate. Recordings at another rate are refused."""
    channels: Annotated[list[Channel], Field(min_length=1, max_length=16)]
    """In the order in which the part delivers them."""

    @property
    def sample_rate(self) -> float:
        """Samples per second; one sample is a value of each channel."""
        return float(self.rate)

    @property
    def values(self) -> int:
        """Values in one sample."""
        return len(self.channels)


class Camera(Section):
    """A camera: grey pictures. One sample is a row of a picture, one window a picture."""

    part: str = Field(max_length=40)
    """Manufacturer's name of the part."""
    modality: Literal["image"]
    """What it senses."""
    rate: Frequency
    """Pictures per second; each gives a result."""
    width: int = Field(ge=8, le=320, examples=["96"])
    """Pixels in a row."""
    height: int = Field(ge=8, le=240, examples=["96"])
    """Rows of a picture."""

    @property
    def sample_rate(self) -> float:
        """Rows per second."""
        return float(self.rate * self.height)

    @property
    def values(self) -> int:
        """Pixels in a row."""
        return self.width


def _by(key: str, names: Mapping[str, str], default: str) -> Any:
    """Tells the members of a union apart by the value of a key; what has none of the values is taken for `default`."""

    def which(value: object) -> str:
        if isinstance(value, Section):
            return type(value).__name__
        said = value.get(key) if isinstance(value, dict) else None
        return names.get(said, default) if isinstance(said, str) else default

    return Discriminator(which)


Transducer = Annotated[
    Annotated[MotionSensor, Tag("MotionSensor")] | Annotated[Camera, Tag("Camera")],
    _by("modality", {"image": "Camera"}, "MotionSensor"),
]


class Setting(Section):
    """Where and how the sensor is used; read by the risk register and printed in the datasheet."""

    places: list[Literal["public", "home", "work", "school", "care"]] = []
    """Kinds of places."""
    children: Known = "unknown"
    """Whether children are sensed."""
    health: Known = "unknown"
    """Whether its results bear on someone's health."""
    actuation: Known = "unknown"
    """Whether its results move something."""
    radio: Known = "unknown"
    """Whether the device has a radio."""
    updates: Literal["none", "signed", "unknown"] = "unknown"
    """How its firmware can be changed after it has been made."""
    support_until: str = Field(default="unknown", max_length=40)
    """Until when its maker mends it, as the datasheet prints it."""
    cloud: Known = "unknown"
    """Whether it needs a service on the Internet."""


class Data(Section):
    """The recordings, and how they are divided."""

    source: str = Field(min_length=1, max_length=200)
    """A named data set (`sensorsmith data list`), or a folder beside sensor.yaml: one folder of CSV files per label."""
    group: str = Field(default="person", min_length=1, max_length=40)
    """The attribute that must not be on both sides of a split."""
    unseen: Annotated[list[str], Field(min_length=1)]
    """Groups held out for the figures of the datasheet; never used for any choice. `[all]` with a model that is
    brought: none of the recordings was used to train it."""
    validation: list[str] = []
    """Groups held out for choices during training."""

    @property
    def all_unseen(self) -> bool:
        """Whether every recording is held out."""
        return self.unseen == ["all"]


class Window(Section):
    """How the signal is cut into pieces."""

    length: Time
    """Length of the piece of signal that is classified."""
    hop: Time = Field(examples=["1 s"])
    """A new result is given this often."""


class MotionFeatures(Section):
    """Averaging decimation, optional removal of the window's mean, and a fixed gain to int8 per channel."""

    block: Literal["motion"]
    """Kind of features."""
    decimate: int = Field(default=1, ge=1, le=16)
    """Average this many samples into one."""
    acceleration: WrittenAcceleration = "4 g"
    """Value of an acceleration that becomes 128; larger ones saturate."""
    angular_rate: WrittenAngularRate = "8 rad/s"
    """Value of an angular rate that becomes 128; larger ones saturate."""
    remove_mean: list[str] = []
    """Channels whose mean over the window is subtracted."""


class ImageFeatures(Section):
    """Grey pixels as int8, from -128 for black to 127 for white."""

    block: Literal["image"]
    """Kind of features."""
    planes: Literal[1, 3] = 1
    """3 gives each pixel three times, to a model that was made for colour pictures."""


Features = Annotated[
    Annotated[MotionFeatures, Tag("MotionFeatures")] | Annotated[ImageFeatures, Tag("ImageFeatures")],
    _by("block", {"image": "ImageFeatures"}, "MotionFeatures"),
]


class ConvBlock(Section):
    """Convolution over time, batch normalization, ReLU, and maximum pooling when `pool` is above 1."""

    filters: int = Field(ge=1, le=256)
    """Number of output channels."""
    kernel: int = Field(default=5, ge=1, le=31)
    """Length of the filters, in steps of the features."""
    pool: int = Field(default=1, ge=1, le=8)
    """Of so many steps in a row the largest is kept."""


class Architecture(Section):
    """A network to train: blocks of convolutions over time, an average over what is left of it, one dense layer."""

    architecture: Literal["conv1d"]
    """Kind of network."""
    blocks: Annotated[list[ConvBlock], Field(min_length=1, max_length=8)]
    """In the order of the signal."""
    dropout: Ratio = 0.3
    """Share of the averages that are hidden from the dense layer in a training step."""


class ModelFile(Section):
    """A trained int8 model that the user brings."""

    file: str = Field(min_length=1, max_length=200)
    """Path of a .tflite file, relative to sensor.yaml; or a named model (`sensorsmith data list`)."""
    labels: Annotated[list[str], Field(min_length=1, max_length=254)] | None = None
    """Names of its outputs, in their order. Left out, the labels of the recordings in alphabetical order."""

    @property
    def is_name(self) -> bool:
        """Whether `file` is a name, not a path."""
        return re.fullmatch("[a-z0-9-]+", self.file) is not None


def _one_of_two(value: object) -> object:
    if not isinstance(value, Section) and not (
        isinstance(value, dict) and ("architecture" in value) != ("file" in value)
    ):
        raise Told(
            'exactly one of "architecture" and "file" is needed',
            'give "architecture" for a network to train, or "file" for a trained model',
        )
    return value


def _which(value: object) -> str:
    if isinstance(value, Section):
        return type(value).__name__
    return "ModelFile" if isinstance(value, dict) and "file" in value else "Architecture"


Model = Annotated[
    Annotated[Architecture, Tag("Architecture")] | Annotated[ModelFile, Tag("ModelFile")],
    Discriminator(_which),
    BeforeValidator(_one_of_two),
]


class Augmentation(Section):
    """Random changes of each training window, so that other people and other ways to wear the sensor are covered."""

    rotation: Angle = 0.0
    """Standard deviation of a rotation about a random axis. Needs x, y, z of each triad in this order."""
    strap_rotation: Angle = 0.0
    """Standard deviation of a rotation about the x axis."""
    mirror: list[str] = []
    """Channels that change sign when the sensor is worn on the other arm; half of the windows are mirrored."""
    speed: Ratio = 0.0
    """Motions are up to this much faster or slower."""
    scale: Ratio = 0.0
    """Standard deviation of a common gain of the motion."""
    noise: Ratio = 0.0
    """Standard deviation of added noise, as a share of the range of the features."""


class Training(Section):
    """How the network is trained."""

    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    """Start of all random numbers; the same seed gives the same model on the same machine."""
    steps: int = Field(default=600, ge=1, le=1_000_000)
    """Steps of the optimizer, one batch each."""
    batch: int = Field(default=64, ge=1, le=4096)
    """Windows in a step."""
    learning_rate: float = Field(default=3e-3, gt=0, le=1)
    """Largest rate; it rises for a twentieth of the steps and then falls to zero along a cosine."""
    weight_decay: float = Field(default=1e-2, ge=0, le=1)
    """Of AdamW."""
    label_smoothing: Ratio = 0.1
    """Share of the certainty that is taken from the right label and given to all."""
    augmentation: Augmentation = Augmentation()
    """Random changes of each training window."""


class Interface(Section):
    """How the sensor is connected to its host."""

    bus: Literal["i2c"] = "i2c"
    """Kind of bus."""
    address: int = Field(default=0x2A, ge=0x08, le=0x77)
    """7-bit bus address."""


class Outputs(Section):
    """What the sensor may tell its host."""

    confidence_bits: int = Field(default=4, ge=0, le=8)
    """Significant bits of the confidence that the host may read; fewer leak less."""
    threshold: Ratio = 0.0
    """A class is named only with at least this confidence."""
    debounce: int = Field(default=1, ge=1, le=32)
    """A class is reported when it was found so many times in a row."""
    smoothing: int = Field(default=0, ge=0, le=6)
    """Scores are averaged: a new one counts for 1 / 2^smoothing."""
    budget: InformationRate
    """The sensor may not tell its host more than this. A build that could is refused."""


class Part(Section):
    """A line of the bill of materials, as far as the footprint and the datasheet need it."""

    name: str = Field(max_length=80)
    """What it is."""
    block: Literal[
        "processing",
        "sensing",
        "memory",
        "connectivity",
        "security",
        "pcb",
        "casing",
        "power",
        "others",
        "interface",
        "actuators",
    ]
    """Functional block of the life-cycle model."""
    quantity: int = Field(default=1, ge=1)
    """How many of it are in one device."""
    material: str = Field(max_length=80)
    """Name of a factor (`sensorsmith footprint --factors` lists them), such as `mcu_die` or `li_ion`."""
    amount: str | Annotated[list[str], Field(min_length=3, max_length=3)] | None = None
    """How much of it one part has: `17 mm2`, or the smallest, typical and largest where it is not known exactly,
    `[5 mm2, 10 mm2, 17 mm2]`. Left out for a material that is counted in pieces, such as `led`."""


class Deployment(Section):
    """How the sensor is made, shipped and used. What is left out here is missing in the footprint, which says so."""

    country: Country
    """ISO 3166-1 alpha-3 code, for the electricity of its training and use; or `world`."""
    supply: Literal["grid", "aa_alkaline"] = "grid"
    """`grid`: mains, or a battery charged from it. `aa_alkaline`: primary cells, replaced when they are empty."""
    lifetime: Time = Field(examples=["3 years"])
    """How long a device is in use."""
    duty_cycle: Ratio = 1.0
    """Share of the time in which the sensor samples and infers."""
    units: int = Field(default=1, ge=1)
    """How many are made; they share the footprint of the training."""
    training_energy: Energy | None = None
    """Electricity spent on training, with all searches and failed runs."""
    rest_power: Power | None = None
    """Mean power of everything but inference, over the whole lifetime: transducer, regulator, sleep."""
    mass: Mass
    """Mass as shipped, with its packaging."""
    truck: Length | None = None
    """Distance shipped by truck."""
    plane: Length | None = None
    """Distance shipped by plane."""


class Requirements(Section):
    """A build that breaks one of these fails, and says by how much."""

    minimum_accuracy: Ratio | None = None
    """Share of the unseen windows that the device must get right."""
    maximum_flash: Memory | None = None
    """All that is stored in the part."""
    maximum_ram: Memory | None = None
    """All statics and the deepest stack."""
    maximum_time: Time | None = None
    """From the last sample of a window to its result."""
    maximum_energy: Energy | None = None
    """Of one window."""
    maximum_carbon: Carbon | None = None
    """Of one device over its life."""


class Sensor(Section):
    """The whole of sensor.yaml."""

    sensorsmith: Literal[1]
    """Version of this format."""
    identity: Identity
    task: Literal["classify"]
    """What it does with a window."""
    transducer: Transducer
    """The part that senses."""
    setting: Setting = Setting()
    data: Data | None = None
    """May be left out with a model that is brought: what it gets right is then not known, and the datasheet says so."""
    window: Window | None = None
    """Of a signal. A picture of a camera is a window of its own."""
    features: Features
    """What is made of a window for the model."""
    model: Model
    """What tells the classes apart."""
    training: Training = Training()
    board: BoardName
    """The part that the firmware is for (`sensorsmith boards`)."""
    interface: Interface = Interface()
    outputs: Outputs
    bill_of_materials: list[Part] = []
    deployment: Deployment
    requirements: Requirements = Requirements()

    @property
    def cut(self) -> Window:
        """How the signal is cut into windows: as it says, or into pictures."""
        period = 1 / self.transducer.rate
        return self.window or Window.model_construct(length=period, hop=period)

    @property
    def group(self) -> str:
        """The attribute that divides the recordings; made-up ones stand each for itself."""
        return self.data.group if self.data else "signal"
