"""How far LiteRT's desktop interpreter is from TFLite Micro, which runs on microcontrollers and is our oracle.

    VENV/bin/python benchmarks/litert.py --models shared/models/mlperf-tiny   # needs ai-edge-litert and tflite-micro

For 40 random inputs of each model, the outputs of three of LiteRT's resolvers beside TFLite Micro's: how many values
differ, and by how much at most. Informative: sensorsmith follows TFLite Micro, and is compared with nothing else. Needs
no sensorsmith. Writes benchmarks/results/litert.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro import runtime

HERE = Path(__file__).parent
INPUTS = 40
MODELS = {
    "kws": "kws01_dscnn_int8.tflite",
    "vww": "vww01_mobilenet_int8.tflite",
    "ic": "ic01_resnet_int8.tflite",
    "ad": "ad01_int8.tflite",
    "sww": "sww01_int8.tflite",
}
RESOLVERS = {
    "default (XNNPACK)": OpResolverType.AUTO,
    "without delegates": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "reference": OpResolverType.BUILTIN_REF,
}


def of_tflite_micro(model: bytes, inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    interpreter = runtime.Interpreter.from_bytes(model)
    outputs = []
    for x in inputs:
        interpreter.set_input(x[None], 0)
        interpreter.invoke()
        outputs.append(np.array(interpreter.get_output(0)).ravel())
    return np.stack(outputs)


def of_litert(model: bytes, inputs: np.ndarray[Any, Any], resolver: OpResolverType) -> np.ndarray[Any, Any]:
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    outputs = []
    for x in inputs:
        interpreter.set_tensor(source["index"], x[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(result["index"]).ravel().copy())
    return np.stack(outputs)


def one_model(model: bytes) -> dict[str, Any]:
    shape = runtime.Interpreter.from_bytes(model).get_input_details(0)["shape"]
    inputs = np.random.default_rng(0).integers(-128, 128, (INPUTS, *shape[1:])).astype(np.int8)
    expected = of_tflite_micro(model, inputs).astype(int)
    result: dict[str, Any] = {"values": expected.size}
    for name, resolver in RESOLVERS.items():
        apart = np.abs(of_litert(model, inputs, resolver).astype(int) - expected)
        result[name] = {"different": int(np.count_nonzero(apart)), "most": int(apart.max())}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True, help="folder of MLPerf Tiny's five int8 models")
    options = parser.parse_args()
    models = {name: one_model((options.models / file).read_bytes()) for name, file in MODELS.items()}
    found = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {name: version(name) for name in ("ai-edge-litert", "tflite-micro")},
        "models": models,
    }
    (HERE / "results" / "litert.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print("| model | values | " + " | ".join(RESOLVERS) + " |\n|---|---|" + "---|" * len(RESOLVERS))
    for name, each in models.items():
        cells = (
            f"{each[r]['different']:,} differ, by {each[r]['most']} at most" if each[r]["different"] else "equal"
            for r in RESOLVERS
        )
        print(f"| {name} | {each['values']:,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
