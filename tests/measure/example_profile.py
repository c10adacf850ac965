"""A profile with known numbers, of a network that nobody trained: for what people look at."""

from __future__ import annotations

from sensorsmith.boards import load_board
from sensorsmith.compiler import BufferReport
from sensorsmith.measure import Cost, FlashBytes, LayerProfile, ModelProfile, RamBytes, Spread, Timing

_LAYERS = (
    ("net/first/Relu;net/bias", "conv2d", "armv7em", 250_000, 1_200, 300_000),
    ("net/depth/Relu", "depthwise_conv2d", "armv7em", 60_000, 700, 120_000),
    ("net/point/Relu", "conv2d", "armv7em", 400_000, 4_500, 450_000),
    ("net/mean", "mean", "ref", 0, 0, 9_000),
    ("net/classes", "fully_connected", "armv7em", 700, 800, 1_500),
)
_BUFFERS = (
    BufferReport("input", 0, 490, -1, 0),
    BufferReport("scratch", 500, 160, 0, 0),
    BufferReport("net/first/Relu;net/bias", 660, 2_000, 0, 1),
    BufferReport("net/depth/Relu", 640, 2_000, 1, 2),  # over the one it reads
    BufferReport("net/point/Relu", 0, 640, 2, 3),
    BufferReport("net/mean", 640, 64, 3, 4),
    BufferReport("net/classes", 0, 12, 4, 5),
)


def cost(instructions: int) -> Cost:
    spread = Spread(instructions * 1.25, instructions * 1.5, instructions * 1.75)
    time, energy = (Spread(*(factor * each for each in vars(spread).values())) for factor in (1 / 120e6, 0.3e-9))
    return Cost(instructions, spread, time, energy)


def example_profile() -> ModelProfile:
    return ModelProfile(
        model="net",
        model_sha256="0" * 64,
        target="cortex-m4",
        board=load_board("nucleo-l4r5zi"),
        macs=800_000,
        executed_macs=710_700,
        total=cost(881_500),
        seen=(881_500, 881_500),
        constant=True,
        emulated_cycles=None,
        rest=cost(1_000),
        flash_bytes=FlashBytes(4_000, 7_200),
        ram_bytes=RamBytes(2_660, 120),
        stack_bound=124,
        layers=tuple(LayerProfile(*layer[:5], cost(layer[5])) for layer in _LAYERS),
        arena_bytes=2_660,
        buffers=_BUFFERS,
        timing=Timing(),
        toolchain=("some-gcc", "1.2"),
        emulator=("some-emulator", "3.4", "board"),
    )
