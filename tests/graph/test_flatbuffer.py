from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.flatbuffer import METADATA_LIMIT, Field, Layout, Record, Source, Table, build

CHILD: Layout = {"value": Field(0, "h", -3)}
LAYOUT: Layout = {
    "byte": Field(0, "b", 7),
    "wide": Field(1, "q"),
    "real": Field(3, "f"),
    "integers": Field(4, "i"),
    "longs": Field(5, "q"),
    "reals": Field(6, "f"),
    "text": Field(7),
    "blob": Field(8),
    "child": Field(9),
    "children": Field(10),
}


def root(data: bytes) -> Table:
    return Source(data).root(LAYOUT, b"TEST", "root")


def written(**values: object) -> bytes:
    return build(Record(LAYOUT, values), b"TEST")  # type: ignore[arg-type]


@given(
    st.integers(-128, 127),
    st.integers(-(2**63), 2**63 - 1),
    st.lists(st.integers(-(2**31), 2**31 - 1)),
    st.lists(st.floats(width=32, allow_nan=False)),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(max_size=40),
    st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=5),
)
def test_what_is_written_is_read(
    byte: int, wide: int, integers: list[int], reals: list[float], text: str, blob: bytes, children: list[int]
) -> None:
    data = written(
        byte=byte,
        wide=wide,
        integers=integers,
        longs=integers,
        reals=reals,
        text=text,
        blob=blob,
        child=Record(CHILD, {"value": children[0]}),
        children=[Record(CHILD, {"value": c}) for c in children],
    )
    table = root(data)
    assert (table.integer("byte"), table.integer("wide")) == (byte, wide)
    assert table.integers("integers") == table.integers("longs") == tuple(integers)
    assert table.reals("reals") == tuple(reals)
    assert table.text("text") == text
    assert bytes(table.blob("blob")) == blob
    assert table.table("child", CHILD).integer("value") == children[0]
    assert [child.integer("value") for child in table.tables("children", CHILD)] == children


def test_absent_fields_read_as_their_defaults() -> None:
    table = root(written())
    assert (table.integer("byte"), table.real("real")) == (7, 0.0)
    assert (table.integers("integers"), table.reals("reals"), table.text("text")) == ((), (), "")
    assert (bytes(table.blob("blob")), table.tables("children", CHILD)) == (b"", [])
    assert table.table("child", CHILD).integer("value") == -3
    assert not table.has("byte")
    assert root(written(byte=1)).has("byte")


def test_numbers_and_blobs_are_aligned() -> None:
    data = written(byte=1, wide=0x1122334455667788, longs=[0x1020304050607080], blob=b"0123456789", text="x")
    assert data.index(struct.pack("<q", 0x1122334455667788)) % 8 == 0
    assert data.index(struct.pack("<q", 0x1020304050607080)) % 8 == 0
    assert data.index(b"0123456789") % 16 == 0
    assert len(data) % 16 == 0


def test_text_that_is_not_utf8_is_readable() -> None:
    assert root(written(text="good").replace(b"good", b"g\xff\xfed")).text("text") == "g\ufffd\ufffdd"


def test_another_identifier_is_refused() -> None:
    with pytest.raises(ModelError) as error:
        Source(written()).root(LAYOUT, b"TFL3", "root")
    assert str(error.value) == (
        "root: is not a TFL3 FlatBuffer; give a .tflite file, as the TensorFlow Lite converter writes it"
    )


@pytest.mark.parametrize("data", [b"", b"TEST", b"\0\0\0\0TES"])
def test_a_file_too_short_for_an_identifier_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError, match=r"^root: is not a TEST FlatBuffer"):
        root(data)


def test_an_offset_out_of_the_file_is_refused() -> None:
    with pytest.raises(ModelError) as error:
        root(struct.pack("<I", 2**31) + b"TEST")
    assert str(error.value) == (
        "root: the file is damaged: 4 bytes at offset 2147483648 lie beyond its 8 bytes; "
        "copy or convert the model again"
    )


def test_a_vector_longer_than_the_file_is_refused() -> None:
    data = written(integers=[0x55555555] * 3)
    at = data.index(struct.pack("<I", 3) + b"U" * 12)
    damaged = data[:at] + struct.pack("<I", 2**30) + data[at + 4 :]
    with pytest.raises(ModelError) as error:
        root(damaged).integers("integers")
    assert str(error.value) == (
        f"root.integers: the file is damaged: 4294967296 bytes at offset {at + 4} lie beyond its {len(data)} bytes; "
        "copy or convert the model again"
    )


def test_a_vtable_before_the_file_is_refused() -> None:
    data = bytearray(written(byte=1))
    table = struct.unpack_from("<I", data)[0]
    struct.pack_into("<i", data, table, 1000)
    with pytest.raises(ModelError) as error:
        root(bytes(data))
    assert str(error.value) == (
        f"root: the file is damaged: 2 bytes at offset {table - 1000} lie beyond its {len(data)} bytes; "
        "copy or convert the model again"
    )


def test_reading_one_long_vector_over_and_over_is_refused() -> None:
    table = root(written(integers=range(100_000)))
    with pytest.raises(ModelError) as error:
        for _ in range(METADATA_LIMIT // 400_000 + 1):
            table.integers("integers")
    assert str(error.value) == (
        "root.integers: the model's description (all but its weights) takes more than 8 MB; convert the model again"
    )


def test_many_tables_at_one_place_are_refused() -> None:
    data = bytearray(written(integers=[0x55555555] * 200_000))
    data += struct.pack("<HHi", 4, 4, 4)  # an empty table, to which every item of the vector now points
    items = data.index(b"UUUU")
    for item in range(items, items + 800_000, 4):
        struct.pack_into("<I", data, item, len(data) - 4 - item)
    layout = {"children": LAYOUT["integers"]}
    with pytest.raises(ModelError, match=r"^root\.children\[\d+\]: the model's description"):
        Source(bytes(data)).root(layout, b"TEST", "root").tables("children", CHILD)


@given(st.data())
def test_damaged_bytes_give_an_error_or_a_value(data: st.DataObject) -> None:
    good = bytearray(written(byte=1, integers=[1, 2], text="text", children=[Record(CHILD, {"value": 5})] * 2))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        table = root(bytes(good[: data.draw(st.integers(0, len(good)))]))
        table.integer("byte"), table.integers("integers"), table.text("text")
        [child.integer("value") for child in table.tables("children", CHILD)]
    except ModelError as error:
        assert "root" in error.where
