"""ML sensors on MicroPython boards, over I2C."""

from mls1 import DEFAULT_ADDRESS, MLSensor


class Bus:
    """The device at `address` of a machine.I2C."""

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._address = address

    def write(self, data):
        self._i2c.writeto(self._address, data)

    def read(self, pointer, size):
        if pointer is None:
            return self._i2c.readfrom(self._address, size)
        return self._i2c.readfrom_mem(self._address, pointer, size)


def connect(i2c, address=DEFAULT_ADDRESS):
    """The sensor at `address` of a machine.I2C."""
    return MLSensor(Bus(i2c, address))
