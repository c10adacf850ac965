"""ML sensors on Linux, over I2C: pip install smbus2"""

from smbus2 import SMBus, i2c_msg

from mls1 import DEFAULT_ADDRESS, MLSensor


class Bus:
    """The I2C bus /dev/i2c-`number`, or one that is open."""

    def __init__(self, number, address):
        self._smbus = SMBus(number) if isinstance(number, int) else number
        self._address = address

    def write(self, data):
        self._smbus.i2c_rdwr(i2c_msg.write(self._address, data))

    def read(self, pointer, size):
        answer = i2c_msg.read(self._address, size)
        before = [] if pointer is None else [i2c_msg.write(self._address, [pointer])]
        self._smbus.i2c_rdwr(*before, answer)
        return bytes(answer)


def connect(number=1, address=DEFAULT_ADDRESS):
    """The sensor at `address` of the bus /dev/i2c-`number`."""
    return MLSensor(Bus(number, address))


if __name__ == "__main__":
    sensor = connect()
    while True:
        result = sensor.wait()
        print("%8.2f s  %-20s %3d %%" % (result.time, sensor.label(result.class_index), 100 * result.confidence))
