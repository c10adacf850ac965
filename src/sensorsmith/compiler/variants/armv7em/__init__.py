"""Cortex-M4, M7 and M33: see the armv7em files of the runtime for the arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sensorsmith.compiler.lower import add, conv, dense, pool
from sensorsmith.compiler.steps import Call
from sensorsmith.compiler.variants.armv7em import depthwise, elementwise, products

SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {
    add.Add: elementwise.sum_of_two,
    conv.Conv2D: products.conv2d,
    conv.DepthwiseConv2D: depthwise.depthwise_conv2d,
    dense.FullyConnected: products.fully_connected,
    pool.AveragePool: elementwise.average_pool,
    pool.MaxPool: elementwise.max_pool,
}
