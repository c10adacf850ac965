"""ML sensors over a serial line: pip install pyserial"""

from mls1 import RESULT, UART_FLUSH, MLSensor, crc8


class Bus:
    """A serial port that is open, with a timeout of about 0.05 s: serial.Serial or what has its read and write."""

    def __init__(self, port):
        self._port = port
        self._port.write(bytes(UART_FLUSH))

    def write(self, data):
        pointer, content = data[0], data[1:]
        self._exchange(b"W", pointer, len(content), content, 4)

    def read(self, pointer, size):
        pointer = RESULT if pointer is None else pointer
        return self._exchange(b"R", pointer, size, b"", size + 4)[3:-1]

    def _exchange(self, kind, pointer, count, content, expected):
        frame = kind + bytes([pointer, count]) + content
        self._port.write(frame + bytes([crc8(frame)]))
        answer = self._port.read(expected)
        head = kind.lower() + bytes([pointer, count])
        if len(answer) != expected or answer[:3] != head or crc8(answer) != 0:
            self._port.write(bytes(UART_FLUSH))
            while self._port.read(UART_FLUSH):
                pass
            raise OSError("no answer over the serial line")
        return answer


def connect(port):
    """The sensor at a serial port: a name, such as /dev/ttyACM0, or a port that is open."""
    if isinstance(port, str):
        import serial

        port = serial.Serial(port, 115200, timeout=0.05)
    return MLSensor(Bus(port))
