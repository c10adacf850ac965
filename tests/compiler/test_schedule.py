from __future__ import annotations

import numpy as np
from tests.graph.models import Model

from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.schedule import schedule
from sensorsmith.graph import Conv2D


def test_layers_keep_their_order_and_those_that_nobody_reads_are_dropped() -> None:
    model = Model()
    x = model.activation((1, 2, 2, 1))
    filter_ = model.tensor((1, 1, 1, 1), "int8", model.quantization(x), np.ones((1, 1, 1, 1), np.int8))
    first, unread, also_unread, last = (model.activation((1, 2, 2, 1)) for _ in range(4))
    for source, target in ((x, first), (first, unread), (unread, also_unread), (first, last)):
        model.node(Conv2D(), (source, filter_), target)
    program = schedule(legalise(model.graph(x, last)))
    assert [step.name for step in program.steps] == [model.tensors[first].name, model.tensors[last].name]
    assert set(program.sizes) == {x, first, last}
