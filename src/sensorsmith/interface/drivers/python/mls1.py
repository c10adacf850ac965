"""Driver of ML sensors that speak MLS1, for CPython, MicroPython and CircuitPython.

    sensor = MLSensor(bus)
    result = sensor.wait()
    print(sensor.label(result.class_index), result.confidence)

A bus has two methods: `write(data)`, one transaction, and `read(pointer, size)`, which writes the pointer (unless it is
None) and reads, in one transaction with a repeated start. Both raise OSError when nobody answers.
"""

import time
from collections import namedtuple

# <constants>

Identity = namedtuple("Identity", "version vendor product modality task classes confidence_bits capabilities")
Result = namedtuple("Result", "status class_index confidence count sequence time events period")
SelfTest = namedtuple("SelfTest", "passed known_answer memory transducer")

TRIES = 3


class SensorError(Exception):
    """What went wrong, where, and what to do."""


class NotFound(SensorError):
    """Nobody answers, or it is not an ML sensor."""


class Refused(SensorError):
    """The sensor refused a setting or a command."""


def crc8(data):
    """CRC-8 of the check sums: polynomial 0x31, initial value 0xFF."""
    crc = CRC_INITIAL
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ CRC_POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return crc


def _number(data):
    return int.from_bytes(data, "little")


class MLSensor:
    """One sensor. It learns all it needs to know from the sensor itself: another one in its place needs no other code."""

    def __init__(self, bus):
        self._bus = bus
        self._labels = None
        self._seen = 0
        self.identity = self._identify()

    # ------------------------------------------------------------------------------------------------- what it is

    def _identify(self):
        try:
            data = self._block("IDENTITY")
        except OSError:  # MicroPython has no chained exceptions
            raise NotFound("no answer on the bus; check power, wiring, pull-ups and the address")
        except SensorError:
            raise NotFound("what answers is not an ML sensor; check the address")
        if data[:4] != MAGIC:
            raise NotFound("what answers is not an ML sensor; check the address")
        if data[4] != MAJOR:
            raise NotFound("it speaks version %d.%d of the map; use a driver for version %d" % (data[4], data[5], data[4]))
        return Identity((data[4], data[5]), _number(data[6:8]), _number(data[8:10]), *data[10:15])

    def labels(self):
        """Names of the classes, read from the sensor once."""
        if self._labels is None:
            self._labels = [self.text(index) for index in range(self.identity.classes)]
        return self._labels

    def label(self, class_index):
        """Name of a class; None for None."""
        return None if class_index is None else self.labels()[class_index]

    def text(self, selector):
        """The label of a class, or another text that the sensor has: TEXT_PRODUCT, TEXT_DATASHEET, TEXT_UNITS."""
        self._write("TEXT_SEL", bytes([selector]))
        data = self._block("TEXT")
        if data[0] != selector:
            raise SensorError("another host selects texts at the same time; read again")
        return bytes(data[2 : 2 + data[1]]).decode()

    def model_id(self):
        """SHA-256 of the compiled model, 32 bytes."""
        return self._checked("MODEL_ID", 0)

    def build_id(self):
        """First halves of the SHA-256 of the datasheet and of the firmware, 16 bytes each."""
        both = self._checked("BUILD", 1)
        return both[:16], both[16:]

    # --------------------------------------------------------------------------------------------- what it senses

    def result(self):
        """The latest result. `class_index` is None when there is none; `status` says why."""
        data = self._block("RESULT")
        status, class_index, confidence, count = data[:4]
        return Result(
            status,
            None if class_index == NONE else class_index,
            confidence / 256,
            None if count == NONE else count,
            _number(data[4:8]),
            _number(data[8:12]) / 1000,
            _number(data[12:14]),
            data[14] / 10,
        )

    def wait(self, timeout=None):
        """The next result that has not been returned yet; None when none comes in `timeout` seconds.

        Looks twice in each period of the sensor, so that none is missed; how many were is the step of `sequence`.
        """
        waited = 0.0
        while True:
            result = self.result()
            if result.sequence != self._seen and result.status & (STATUS_VALID | STATUS_ABSTAIN):
                self._seen = result.sequence
                return result
            if timeout is not None and waited >= timeout:
                return None
            pause = result.period / 2 if timeout is None else min(result.period / 2, timeout - waited)
            time.sleep(pause)
            waited += pause

    def tallies(self):
        """How often each class began to be reported; 255 and more are 255."""
        return list(self._block("TALLY")[: min(self.identity.classes, TALLIES)])

    # ------------------------------------------------------------------------------------------- what it is told

    def setting(self, name):
        """A setting, by the name of its register, as it was written last."""
        offset, size, _, _ = SETTINGS[name]
        return _number(self._block("CONFIG")[offset : offset + size])

    def configure(self, **settings):
        """Put settings in force together: sensor.configure(THRESH=128, DEBOUNCE=3).

        They are read back before they are, so that noise on the bus changes nothing. Raises Refused when one is out of
        its limits or the sensor is locked.
        """
        before = self._block("CONFIG")
        if before[LOCK_OFFSET]:
            raise Refused("the settings are locked until power is off")
        staged = bytearray(before[:SETTINGS_SIZE])
        for name, value in settings.items():
            if name not in SETTINGS:
                raise Refused("there is no setting %s; there are %s" % (name, ", ".join(sorted(SETTINGS))))
            offset, size, least, most = SETTINGS[name]
            if not least <= value <= most:
                raise Refused("%s is %s; it must be %d to %d" % (name, value, least, most))
            staged[offset : offset + size] = value.to_bytes(size, "little")
        for _ in range(TRIES):
            self._send(bytes([SETTINGS_START]) + bytes(staged))
            if bytes(self._block("CONFIG")[:SETTINGS_SIZE]) == bytes(staged):
                break
        else:
            raise SensorError("settings do not arrive as they were sent; check wiring and pull-ups")
        self._write("COMMIT", bytes([KEY]))
        if self._block("RESULT")[0] & STATUS_CONFIG_ERROR:
            raise Refused("the sensor refused the settings; those before are in force")

    def lock(self):
        """Refuse every change of the settings until power is off."""
        self._write("LOCK", bytes([KEY]))
        if not self._block("CONFIG")[LOCK_OFFSET]:
            raise Refused("the sensor did not lock; try again")

    def clear(self):
        """Forget events and tallies."""
        self._command(CMD_CLEAR, 1.0)

    def single(self, timeout=60.0):
        """One result from samples that are yet to come."""
        self._command(CMD_SINGLE, timeout)
        return self.result()

    def self_test(self, timeout=60.0):
        """Let the sensor test its model, its memory and its transducer."""
        self._command(CMD_SELF_TEST, timeout)
        found = self._block("CONTROL")[SELFTEST_OFFSET]
        parts = [bool(found & bit) for bit in (SELFTEST_KNOWN_ANSWER, SELFTEST_MEMORY, SELFTEST_TRANSDUCER)]
        return SelfTest(all(parts), *parts)

    def errors(self):
        """What went wrong last, as a word, and how often anything did since power on."""
        data = self._block("CONTROL")
        return ERRORS.get(data[LAST_ERR_OFFSET], "UNKNOWN"), _number(data[ERR_COUNT_OFFSET : ERR_COUNT_OFFSET + 2])

    def _command(self, code, timeout):
        self._write("CMD", bytes([code]))
        waited = 0.0
        while True:
            state = self._block("CONTROL")[CMD_STATE_OFFSET]
            if state == CMD_STATE_DONE:
                return
            if state != CMD_STATE_BUSY:
                raise Refused("the sensor refused the command: %s" % self.errors()[0])
            if waited >= timeout:
                raise SensorError("the sensor is still busy after %g s; is it in standby without samples?" % timeout)
            time.sleep(0.01)
            waited += 0.01

    # ------------------------------------------------------------------------------------------------- on the bus

    def _write(self, name, data):
        self._send(bytes([ADDRESSES[name]]) + data)

    def _send(self, data):
        for last in range(TRIES):
            try:
                return self._bus.write(data)
            except OSError:
                if last == TRIES - 1:
                    raise

    def _block(self, name):
        """A block whose check sum is right."""
        start, size = BLOCKS[name]
        for last in range(TRIES):
            try:
                data = self._bus.read(start, size)
            except OSError:
                if last == TRIES - 1:
                    raise
                continue
            if crc8(data) == 0:
                return data
        raise SensorError("wrong check sum in block %s, %d times; check wiring and pull-ups" % (name, TRIES))

    def _checked(self, name, at):
        """A block without check sum of its own."""
        start, size = BLOCKS[name]
        for _ in range(TRIES):
            data = bytes(self._bus.read(start, size))
            if crc8(data) == self._block("CHECK")[at]:
                return data
        raise SensorError("wrong check sum of %s, %d times; check wiring and pull-ups" % (name, TRIES))
