"""A sensor as a WebAssembly module, in a process of its own: batches of operations from stdin, results to stdout.

This file stands alone: it imports the standard library and wasmtime. Its argument is the module, which needs nothing,
and exports its memory and `ss_port`, an address. The frames are those of protocol.py. The operations, in a request
`{"ops": [[name, argument...], ...]}`; offsets are from `ss_port` on:

    write offset size    the next `size` bytes of the request's body
    read offset size     adds `size` bytes to the reply's body
    call name            an exported function without arguments
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import wasmtime


class Sensor:
    def __init__(self, file: Path) -> None:
        self._store = wasmtime.Store()
        module = wasmtime.Module(self._store.engine, file.read_bytes())
        self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        self._memory, self._port = self._exports["memory"], self._exports["ss_port"].value(self._store)
        self.body, self.out = memoryview(b""), bytearray()

    def write(self, offset: int, size: int) -> None:
        self._memory.write(self._store, bytes(self.body[:size]), self._port + offset)
        self.body = self.body[size:]

    def read(self, offset: int, size: int) -> None:
        self.out += self._memory.read(self._store, self._port + offset, self._port + offset + size)

    def call(self, name: str) -> None:
        self._exports[name](self._store)


def _serve(sensor: Sensor, ops: list[list[Any]], body: bytes) -> dict[str, Any]:
    sensor.body, sensor.out = memoryview(body), bytearray()
    results = []
    for i, (name, *arguments) in enumerate(ops):
        try:
            results.append(getattr(sensor, name)(*arguments))
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            return {"error": str(error).splitlines()[-1].strip(), "op": i, "pc": 0}
    return {"results": results}


def _receive(stream: BinaryIO, requests: queue.Queue[tuple[dict[str, Any], bytes]]) -> None:
    """Read requests until the parent is gone; then end, even in the middle of a run."""
    while len(sizes := stream.read(8)) == 8:
        head, tail = struct.unpack("<II", sizes)
        requests.put((json.loads(stream.read(head)), stream.read(tail)))
    os._exit(0)


def main() -> None:
    requests: queue.Queue[tuple[dict[str, Any], bytes]] = queue.Queue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    sensor = Sensor(Path(sys.argv[1]))
    while True:
        request, body = requests.get()
        header = json.dumps(_serve(sensor, request["ops"], body)).encode()
        sys.stdout.buffer.write(struct.pack("<II", len(header), len(sensor.out)) + header + sensor.out)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
