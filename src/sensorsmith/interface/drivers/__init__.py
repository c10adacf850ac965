"""Host drivers for all sensors that speak MLS1, made from the register map; the rest they learn from the sensor."""

from __future__ import annotations

from collections.abc import Callable

from sensorsmith.interface.drivers import c_dialects, python_dialects

__all__ = ["KINDS", "driver"]

KINDS: dict[str, tuple[str, Callable[[], dict[str, str]]]] = {
    "smbus2": ("Python on Linux, over I2C", python_dialects.smbus2),
    "serial": ("Python, over a serial line", python_dialects.serial),
    "circuitpython": ("CircuitPython, over I2C", python_dialects.circuitpython),
    "micropython": ("MicroPython, over I2C", python_dialects.micropython),
    "linux-c": ("C for any host, and for Linux, over I2C", c_dialects.linux_c),
    "arduino": ("Arduino, over I2C", c_dialects.arduino),
    "esphome": ("ESPHome, over I2C", c_dialects.esphome),
    "zephyr": ("Zephyr, over I2C", c_dialects.zephyr),
}
"""Of each kind: what it is for, and what makes its files: text by path."""


def driver(kind: str) -> dict[str, str]:
    """The files of a driver: text by path.

    Args:
        kind: one of `KINDS`.
    """
    return KINDS[kind][1]()
