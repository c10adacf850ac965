from __future__ import annotations

import io

import pytest

from sensorsmith.emulate.protocol import receive, send


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 1000])
def test_a_frame_comes_back_as_it_was(body: bytes) -> None:
    stream = io.BytesIO()
    send(stream, {"ops": [["run", 4]]}, body)
    send(stream, {}, b"next")
    stream.seek(0)
    assert receive(stream) == ({"ops": [["run", 4]]}, body)
    assert receive(stream) == ({}, b"next")


def test_a_frame_is_two_lengths_the_header_and_the_body() -> None:
    stream = io.BytesIO()
    send(stream, {"a": 1}, b"xyz")
    assert stream.getvalue() == b'\x08\0\0\0\x03\0\0\0{"a": 1}xyz'


def test_a_stream_that_ends_within_a_frame() -> None:
    stream = io.BytesIO()
    send(stream, {"a": 1}, b"xyz")
    for size in range(len(stream.getvalue())):
        with pytest.raises(EOFError):
            receive(io.BytesIO(stream.getvalue()[:size]))
