"""The frames between Sensorsmith and an emulator's worker process, in both directions:

    u32 length of the header, u32 length of the body (both little-endian), header as JSON in UTF-8, body as raw bytes

A request is answered by exactly one reply. The worker has its own copy of these few lines, because it must not import
anything of this package.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any


def send(stream: IO[bytes], header: dict[str, Any], body: bytes) -> None:
    """Write one frame."""
    text = json.dumps(header).encode()
    stream.write(struct.pack("<II", len(text), len(body)) + text + body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read one frame: header and body.

    Raises:
        EOFError: the other side is gone.
    """
    head, tail = struct.unpack("<II", _exactly(stream, 8))
    return json.loads(_exactly(stream, head)), _exactly(stream, tail)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
