"""PAD, PADV2 and MIRROR_PAD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Family, Layer, Operand, choice, same_quantization
from sensorsmith.graph.ops.move import OUTPUT, Move, at, check_output, constant, moving, part
from sensorsmith.graph.requantize import zero_point_of
from sensorsmith.graph.types import MirrorPad, Pad, PadV2, Tensor

PAD, PADV2, MIRROR_PAD = 34, 60, 100
OPERANDS = (Operand("input", "activation"), Operand("paddings", "indices"))
MODES = {0: "reflect", 1: "symmetric"}


def paddings(layer: Layer) -> list[tuple[int, int]]:
    """Of each dimension, how many elements come before it and how many behind."""
    numbers = constant(layer.input(1))
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _check_paddings(layer: Layer) -> None:
    x = layer.input(0).shape
    layer.require(
        layer.input(1).shape == (len(x), 2) and min(constant(layer.input(1)), default=0) >= 0,
        f"its paddings {layer.input(1).shape} do not fit its input {x}",
        "give two numbers for each dimension, none negative",
    )
    check_output(layer, tuple(n + before + behind for n, (before, behind) in zip(x, paddings(layer), strict=True)))
    same_quantization(layer)


def _inside(layer: Layer) -> list[slice]:
    x, y = layer.input(0).shape, layer.y.shape
    return [part(before, n, m) for (before, _), n, m in zip(paddings(layer), x, y, strict=True)]


def _keeps_batch(_op: Pad | PadV2 | MirrorPad, layer: Layer) -> bool:
    return _inside(layer)[:1] == [slice(None)]


def _decode_pad(_code: int, _options: Table, _y: Tensor) -> Pad:
    return Pad()


def _encode_pad(_op: Pad) -> tuple[int, Mapping[str, Value]]:
    return PAD, {}


def _check_pad(_op: Pad, layer: Layer) -> None:
    _check_paddings(layer)


def pad(_op: Pad | PadV2, layer: Layer) -> Iterator[Move]:
    yield Move(put=at(*_inside(layer)))


def zero(layer: Layer) -> float:
    """What PAD fills with."""
    return zero_point_of(layer.y) if layer.dtype == "int8" else 0


def _decode_padv2(_code: int, _options: Table, _y: Tensor) -> PadV2:
    return PadV2()


def _encode_padv2(_op: PadV2) -> tuple[int, Mapping[str, Value]]:
    return PADV2, {}


def _check_padv2(_op: PadV2, layer: Layer) -> None:
    _check_paddings(layer)
    value = layer.input(2)
    layer.require(value.size == 1, f"its value has shape {value.shape}", "give one value")
    same_quantization(layer, 2)


def value(layer: Layer) -> float:
    """What PADV2 fills with."""
    data = layer.input(2).data
    assert data is not None, layer.place
    return float(data.item())


def _decode_mirror(_code: int, options: Table, _y: Tensor) -> MirrorPad:
    return MirrorPad(choice(options, "mode", MODES))


def _encode_mirror(op: MirrorPad) -> tuple[int, Mapping[str, Value]]:
    return MIRROR_PAD, {"mode": int(op.mode == "symmetric")}


def _check_mirror(op: MirrorPad, layer: Layer) -> None:
    _check_paddings(layer)
    edge = int(op.mode == "reflect")
    layer.require(
        all(max(pair) <= n - edge for n, pair in zip(layer.input(0).shape, paddings(layer), strict=True)),
        f"its paddings {paddings(layer)} reach beyond what its input {layer.input(0).shape} has to mirror",
        "use smaller paddings",
    )


def mirror_pad(op: MirrorPad, layer: Layer) -> Iterator[Move]:
    """The inside first; then, dimension by dimension, the borders from what lies within.

    Source: tensorflow/lite/micro/kernels/mirror_pad.cc.
    """
    inside = _inside(layer)
    yield Move(put=at(*inside))
    edge = int(op.mode == "reflect")
    for axis, (n, (before, behind)) in enumerate(zip(layer.input(0).shape, paddings(layer), strict=True)):
        done, later = (slice(None),) * axis, inside[axis + 1 :]
        end = before + n
        for border, nearest, count in (
            (slice(0, before), before + edge + before - 1, before),
            (slice(end, end + behind), end - 1 - edge, behind),
        ):
            stop = nearest - count
            mirrored = slice(nearest, stop if stop >= 0 else None, -1)
            if count:
                yield Move(OUTPUT, at(*done, mirrored, *later), at(*done, border, *later))


PAD_FAMILY = Family(
    operator=Pad,
    codes={PAD: "PAD"},
    options_type=22,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode_pad,
    encode=_encode_pad,
    check=_check_pad,
    int8=moving(pad, fill=zero),
    int16=moving(pad, fill=zero),
    float32=moving(pad, fill=zero),
    keeps_batch=_keeps_batch,
    limits="constant paddings",
)
PADV2_FAMILY = Family(
    operator=PadV2,
    codes={PADV2: "PADV2"},
    options_type=43,
    options={},
    version=2,
    operands=(*OPERANDS, Operand("value", "value")),
    decode=_decode_padv2,
    encode=_encode_padv2,
    check=_check_padv2,
    int8=moving(pad, fill=value),
    int16=moving(pad, fill=value),
    float32=moving(pad, fill=value),
    keeps_batch=_keeps_batch,
    limits="constant paddings and value",
)
MIRROR_PAD_FAMILY = Family(
    operator=MirrorPad,
    codes={MIRROR_PAD: "MIRROR_PAD"},
    options_type=77,
    options={"mode": Field(0, "b")},
    version=2,
    operands=OPERANDS,
    decode=_decode_mirror,
    encode=_encode_mirror,
    check=_check_mirror,
    int8=moving(mirror_pad),
    float32=moving(mirror_pad),
    keeps_batch=_keeps_batch,
    limits="constant paddings",
)
