"""sensor.yaml, typed: one frozen class per section. The comments of each field become its documentation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sensorsmith.spec.quantities import Carbon, Energy, Frequency, InformationRate, Length, Mass, Memory, Ratio, Time


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Known = bool | Literal["unknown"]
"""A fact that only the author knows. What is not said is unknown, and unknown never counts as safe."""


class Identity(Section):
    name: Name
    """Short name; also names the generated C and files."""
    title: str = Field(max_length=80)
    """What the datasheet is headed with."""
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    """Version of this sensor, MAJOR.MINOR.PATCH."""
    description: str = Field(max_length=600)
    """What the sensor reports, in a sentence or two."""
    maker: str = Field(default="", max_length=80)
    """Who answers for it; printed as not provided when empty."""
    vendor_id: int = Field(default=0xFFFF, ge=0, le=0xFFFF)
    """VENDOR register; 0xFFFF is for sensors made by hobbyists and learners."""
    product_id: int = Field(default=1, ge=0, le=0xFFFF)
    """PRODUCT register."""


class Channel(Section):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,15}$")]
    """Name of the column in the recordings."""
    unit: Literal["g", "m/s2", "rad/s", "dps"]
    """Unit of the recordings."""
    resolution: str
    """Physical size of one count of the part's 16-bit output, with its unit: `0.244 mg`, `70 mdps`."""


class Transducer(Section):
    part: str = Field(max_length=40)
    """Manufacturer's name of the part."""
    modality: Literal["motion"]
    """What it senses."""
    rate: Frequency
    """Sampling rate. Recordings at another rate are refused."""
    channels: Annotated[list[Channel], Field(min_length=1, max_length=16)]
    """In the order in which the part delivers them."""


class Setting(Section):
    """Where and how the sensor is used; read by the risk register and printed in the datasheet."""

    places: list[Literal["public", "home", "work", "school", "care"]] = []
    children: Known = "unknown"
    health: Known = "unknown"
    actuation: Known = "unknown"
    radio: Known = "unknown"
    updates: Literal["none", "signed", "unknown"] = "unknown"
    support_until: str = Field(default="unknown", max_length=40)
    cloud: Known = "unknown"


class Data(Section):
    source: str
    """A named data set (`sensorsmith data list`) or a folder beside sensor.yaml with one sub-folder of CSV files per label."""
    group: str = "person"
    """The attribute that must not be on both sides of a split."""
    unseen: Annotated[list[str], Field(min_length=1)]
    """Groups held out for the figures of the datasheet; never used for any choice."""
    validation: list[str] = []
    """Groups held out for choices during training."""


class Window(Section):
    length: Time
    """Length of the piece of signal that is classified."""
    hop: Time
    """A new result is given this often."""


class MotionFeatures(Section):
    """Averaging decimation, optional removal of the window's mean, and a fixed gain to int8 per channel."""

    block: Literal["motion"]
    decimate: int = Field(default=1, ge=1, le=16)
    """Average this many samples into one."""
    acceleration: str = "4 g"
    """Value of an acceleration that becomes 128; larger ones saturate."""
    angular_rate: str = "8 rad/s"
    """Value of an angular rate that becomes 128; larger ones saturate."""
    remove_mean: list[str] = []
    """Channels whose mean over the window is subtracted."""


class Architecture(Section):
    """A network to train."""

    architecture: Literal["conv1d"]
    filters: Annotated[list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=8)] = [16, 24, 32]
    """Output channels of each block."""
    kernel: int = Field(default=5, ge=1, le=31)
    pool: int = Field(default=2, ge=1, le=8)
    dropout: Ratio = 0.2


class ModelFile(Section):
    """A trained int8 model that the user brings."""

    file: str
    """Path of a .tflite file, relative to sensor.yaml."""


class Augmentation(Section):
    """Seeded changes of the training windows."""

    rotation: str = "0 deg"
    mirror: bool = False
    speed: Ratio = 0.0
    scale: Ratio = 0.0
    noise: Ratio = 0.0


class Training(Section):
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    epochs: int = Field(default=30, ge=1, le=1000)
    batch: int = Field(default=64, ge=1, le=4096)
    learning_rate: float = Field(default=2e-3, gt=0, le=1)
    weight_decay: float = Field(default=1e-4, ge=0, le=1)
    label_smoothing: Ratio = 0.05
    augmentation: Augmentation = Augmentation()


class Interface(Section):
    bus: Literal["i2c"] = "i2c"
    address: int = Field(default=0x2A, ge=0x08, le=0x77)
    """7-bit bus address."""


class Outputs(Section):
    confidence_bits: int = Field(default=4, ge=0, le=8)
    """Significant bits of the confidence that the host may read; fewer leak less."""
    budget: InformationRate
    """The sensor may not tell its host more than this. A build that could is refused."""


class Part(Section):
    """A line of the bill of materials, as far as the footprint and the datasheet need it."""

    name: str = Field(max_length=80)
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
    material: str
    """Name of a factor (`sensorsmith footprint --factors`), such as `mcu_die` or `li_ion`."""
    amount: str
    """How much of it one part has, with the unit of the factor: `17 mm2`, `50 g`."""


class Deployment(Section):
    country: Annotated[str, Field(pattern=r"^([A-Z]{3}|world)$")]
    """ISO 3166-1 alpha-3 code, for the electricity it is charged with; or `world`."""
    lifetime: Time
    duty_cycle: Ratio = 1.0
    """Share of the time in which the sensor samples and infers."""
    units: int = Field(default=1, ge=1)
    """How many are made."""
    mass: Mass
    """Mass as shipped."""
    truck: Length = 0.0
    plane: Length = 0.0


class Requirements(Section):
    """A build that breaks one of these fails, and says by how much."""

    minimum_accuracy: Ratio | None = None
    maximum_flash: Memory | None = None
    maximum_ram: Memory | None = None
    maximum_time: Time | None = None
    maximum_energy: Energy | None = None
    maximum_carbon: Carbon | None = None


class Sensor(Section):
    """The whole of sensor.yaml."""

    sensorsmith: Literal[1]
    """Version of this format."""
    identity: Identity
    task: Literal["classify"]
    transducer: Transducer
    setting: Setting = Setting()
    data: Data
    window: Window
    features: MotionFeatures
    model: Architecture | ModelFile
    training: Training = Training()
    board: str
    interface: Interface = Interface()
    outputs: Outputs
    bill_of_materials: list[Part] = []
    deployment: Deployment
    requirements: Requirements = Requirements()
