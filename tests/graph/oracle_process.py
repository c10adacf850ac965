"""The process of the oracle: takes pickled requests (model, inputs, indices of tensors) until its input closes."""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any

import numpy as np
from tflite_micro import runtime


def serve() -> None:
    # TFLite Micro may print; its prints must not end up among our answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            model, inputs, computed = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        results: list[dict[int, np.ndarray[Any, Any]]] | str = []
        try:
            interpreter = runtime.Interpreter.from_bytes(
                model, arena_size=8 << 20, intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors
            )
            for x in inputs:
                interpreter.set_input(x, 0)
                interpreter.invoke()
                tensors = {i: np.array(interpreter.GetTensor(i, 0)["tensor_data"]) for i in computed}
                results.append(tensors)
        except RuntimeError as error:
            results = f"refused the model ({error})"
        pickle.dump(results, answers)
        answers.flush()


if __name__ == "__main__":
    serve()
