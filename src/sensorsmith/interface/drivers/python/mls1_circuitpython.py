"""ML sensors on CircuitPython boards, over I2C. Needs adafruit_bus_device."""

from adafruit_bus_device.i2c_device import I2CDevice

from mls1 import DEFAULT_ADDRESS, MLSensor


class Bus:
    """The device at `address` of a busio.I2C."""

    def __init__(self, i2c, address):
        self._device = I2CDevice(i2c, address, probe=False)

    def write(self, data):
        with self._device as device:
            device.write(data)

    def read(self, pointer, size):
        answer = bytearray(size)
        with self._device as device:
            if pointer is None:
                device.readinto(answer)
            else:
                device.write_then_readinto(bytes([pointer]), answer)
        return bytes(answer)


def connect(i2c, address=DEFAULT_ADDRESS):
    """The sensor at `address` of a busio.I2C, such as board.I2C()."""
    return MLSensor(Bus(i2c, address))
