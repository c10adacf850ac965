"""A WebAssembly module in a process of its own: runs a model on all inputs, and ends.

This file stands alone: it imports the standard library and wasmtime. Its argument is a JSON object:

    module, inputs, outputs    files: the module, and int8 values without anything between them
    entry                      the exported function: two addresses, of input and output
    input_bytes, output_bytes  of one
    stack                      bytes of the stack, which lies at the start of the module's memory and grows down

Prints a JSON object: operators executed by each call, and the most bytes of stack that one used.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import wasmtime

_FUEL = 1 << 60
_PAGE = 1 << 16
_PAINT = b"\xc5"


def main() -> None:
    job = json.loads(sys.argv[1])
    settings = wasmtime.Config()
    settings.consume_fuel = True
    store = wasmtime.Store(wasmtime.Engine(settings))
    store.set_fuel(_FUEL)
    module = wasmtime.Module(store.engine, Path(job["module"]).read_bytes())
    exports = wasmtime.Instance(store, module, []).exports(store)
    memory, entry = exports["memory"], exports[job["entry"]]
    source = exports["__heap_base"].value(store)
    target = source + job["input_bytes"]
    missing = target + job["output_bytes"] - memory.data_len(store)
    if missing > 0:
        memory.grow(store, -(-missing // _PAGE))
    memory.write(store, _PAINT * job["stack"], 0)
    inputs, outputs, operators = Path(job["inputs"]).read_bytes(), b"", []
    for at in range(0, len(inputs), job["input_bytes"]):
        memory.write(store, inputs[at : at + job["input_bytes"]], source)
        before = store.get_fuel()
        entry(store, source, target)
        operators.append(before - store.get_fuel())
        outputs += memory.read(store, target, target + job["output_bytes"])
    Path(job["outputs"]).write_bytes(outputs)
    stack = len(bytes(memory.read(store, 0, job["stack"])).lstrip(_PAINT))
    print(json.dumps({"operators": operators, "stack": stack}))


if __name__ == "__main__":
    main()
