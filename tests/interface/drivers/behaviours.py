"""What every driver must do, in the Python that all dialects have.

Each behaviour gets a driver, and the bus that it is connected to. Those that begin with `i2c_` or `serial_` are for
drivers of such a bus only. The bus is that of bench.py, with two things more: `connect(address)` gives another driver,
and `place` is where that says that it looks.
"""

# ruff: noqa: ARG001 - all behaviours are called alike

import mls1

LABELS = ("left", "right", "nothing")
OTHER_LABELS = ("grün", "rot", "blau")
NOISE = "check wiring, pull-ups and speed"


def refused(kind, words, act):
    """The act raises this error with these words."""
    try:
        act()
    except mls1.SensorError as error:
        assert (type(error), str(error)) == (kind, words), (type(error), str(error))
        return
    raise AssertionError("nothing was raised, but expected: " + words)


def put(sensor, name, value):
    return lambda: setattr(sensor, name, value)


# What it is.


def identity(sensor, bus):
    found = sensor.identity
    assert found.version == (1, 0)
    assert (found.vendor, found.product, found.classes, found.confidence_bits) == (0x1234, 0x0203, 3, 4)
    assert (found.modality, found.task) == ("MOTION", "CLASSIFY")
    assert found.capabilities == ("INTERRUPT", "DUTY_CYCLE", "SELF_TEST", "COUNTERS")
    assert (found.name, found.units, found.datasheet) == ("tiny", "", "")


def labels(sensor, bus):
    assert sensor.labels == LABELS


def labels_are_read_once(sensor, bus):
    assert sensor.labels == LABELS
    bus.mute(1000)
    assert sensor.labels == LABELS


def hashes(sensor, bus):
    assert sensor.model_id == bytes(range(32))
    assert sensor.doc_id == bytes(16)
    assert len(sensor.fw_id) == 16 and sensor.fw_id != bytes(16)


def an_identity_of_other_codes(sensor, bus):
    bus.forge(0x0A, 99)
    assert bus.connect().identity.modality == "99"


def a_later_version_of_the_map(sensor, bus):
    bus.forge(0x04, 2)
    words = ": it has version 2.0 of the register map; take a driver for version 2"
    refused(mls1.NotAnMLSensor, bus.place + words, bus.connect)


# What it senses.


def no_result_yet(sensor, bus):
    result = sensor.result()
    assert result.status == ("WARMING_UP",)
    assert (result.label, result.class_index, result.count) == (None, None, None)
    assert (result.sequence, result.new, result.missed, result.events) == (0, False, 0, ())


def results_come_in_order(sensor, bus):
    """The sensor gives a result every 4 samples, of which there are 50 in a second."""
    seen = [sensor.wait() for _ in range(5)]
    assert [result.sequence for result in seen] == [1, 2, 3, 4, 5]
    assert [round(result.time, 3) for result in seen] == [0.16, 0.24, 0.32, 0.4, 0.48]
    for result in seen:
        assert result.new and result.missed == 0
        assert result.status == ("VALID", "NEW")
        assert result.label == LABELS[result.class_index] and result.label in result.events
        assert 0 < result.confidence < 1 and result.confidence * 16 == int(result.confidence * 16)
        assert result.period == 0.1


def the_same_result_again_is_not_new(sensor, bus):
    bus.feed(8)
    first, second = sensor.result(), sensor.result()
    assert (first.sequence, first.new, second.sequence, second.new) == (1, True, 1, False)
    assert "NEW" in first.status and "NEW" not in second.status


def a_result_has_an_age(sensor, bus):
    sensor.wait()
    sensor.mode = 0
    bus.sleep(7)
    assert abs(sensor.result().age - 7) < 0.01


def missed_results_are_counted(sensor, bus):
    assert sensor.wait().missed == 0
    bus.feed(40)
    result = sensor.wait()
    assert (result.sequence, result.missed) == (11, 9)


def results_before_the_first_look_are_not_missed(sensor, bus):
    bus.feed(48)
    result = sensor.wait()
    assert (result.sequence, result.missed) == (11, 0)


def waiting_ends(sensor, bus):
    sensor.mode = 0
    begin = bus.now
    assert sensor.wait(0.52) is None
    assert 0.51 < bus.now - begin < 0.53


def waiting_ends_with_a_fault(sensor, bus):
    sensor.wait()
    bus.silence()
    words = ": the transducer does not answer, or a self test failed; self_test() tells which"
    refused(mls1.Fault, bus.place + words, sensor.wait)
    assert sensor.result().status == ("SENSOR_FAULT",)
    assert sensor.errors() == ("SENSOR_FAULT", 1)
    assert sensor.self_test() == {"KNOWN_ANSWER": True, "MEMORY": True, "TRANSDUCER": False}


def events_and_tallies(sensor, bus):
    bus.feed(400)
    result, tallies = sensor.result(), sensor.tallies()
    assert sorted(result.events) == sorted(label for label in LABELS if tallies[label])
    assert len(result.events) >= 2 and sum(tallies.values()) > 10
    sensor.clear()
    assert sensor.result().events == ()
    assert sensor.tallies() == dict.fromkeys(LABELS, 0)


def the_last_place_counts_all_classes_above(sensor, bus):
    bus.forge(0x0C, 40)
    bus.forge(0x1D, 0x80)
    bus.forge(0xBE, 3)
    many = bus.connect()
    assert many.result().events == ("15 and above",)
    assert many.tallies()["30 and above"] == 3


def a_class_that_is_uncertain(sensor, bus):
    sensor.thresh = 255
    result = sensor.wait()
    assert result.status == ("NEW", "ABSTAIN") and result.label is None and result.class_index is None


# What it is told.


def settings_have_their_values_at_power_on(sensor, bus):
    assert (sensor.mode, sensor.rate, sensor.debounce, sensor.led, sensor.sleep_s, sensor.addr) == (1, 1, 1, 1, 0, 42)
    assert sensor.locked is False


def a_setting(sensor, bus):
    sensor.rate = 300
    assert sensor.rate == 300
    sensor.rate = 3
    bus.feed(8 + 4 * 8)
    assert sensor.result().sequence == 3


def settings_take_effect_together(sensor, bus):
    sensor.configure(debounce=3, sleep_s=300, led=False)
    found = sensor.settings()
    assert (found["debounce"], found["sleep_s"], found["led"], found["mode"]) == (3, 300, 0, 1)


def settings_out_of_their_limits(sensor, bus):
    words = "debounce: 33 is no whole number from 1 to 32; give one that is"
    refused(mls1.OutOfLimits, words, put(sensor, "debounce", 33))
    refused(mls1.OutOfLimits, words, lambda: sensor.configure(led=0, debounce=33))
    words = "rate: 0.5 is no whole number from 1 to 65535; give one that is"
    refused(mls1.OutOfLimits, words, put(sensor, "rate", 0.5))
    assert (sensor.led, sensor.debounce, sensor.rate) == (1, 1, 1)


def a_setting_that_is_not_there(sensor, bus):
    words = "speed: there is no such setting; take one of mode, rate, thresh, debounce, smoothing, int_mask, int_pol, "
    refused(mls1.OutOfLimits, words + "led, sleep_s, addr", lambda: sensor.configure(speed=1))


def settings_that_the_sensor_refuses(sensor, bus):
    """The limits of a sensor may be narrower than a driver knows."""
    known = mls1._SETTINGS
    mls1._SETTINGS = tuple([(name, least, 255 if name == "debounce" else most) for name, least, most in known])
    words = ": the settings were refused (BAD_SETTING), those before are in force; see the limits in its datasheet"
    refused(mls1.Refused, bus.place + words, put(sensor, "debounce", 33))
    mls1._SETTINGS = known
    assert sensor.debounce == 1
    assert "CONFIG_ERROR" in sensor.result().status
    sensor.debounce = 2
    assert "CONFIG_ERROR" not in sensor.result().status


def a_locked_sensor(sensor, bus):
    sensor.lock()
    assert sensor.locked is True
    words = ": the settings are locked; switch the power off and on to open them"
    refused(mls1.Locked, bus.place + words, put(sensor, "debounce", 2))
    assert sensor.debounce == 1
    sensor.lock()


def the_address(sensor, bus):
    sensor.addr = 0x30
    assert sensor.addr == 0x30
    assert sensor.wait().sequence == 1


def the_self_test(sensor, bus):
    assert sensor.self_test() == {"KNOWN_ANSWER": True, "MEMORY": True, "TRANSDUCER": True}


def single_shots(sensor, bus):
    sensor.mode = 0
    assert [sensor.single().sequence for _ in range(2)] == [1, 2]
    assert sensor.wait(1) is None


def a_command_that_does_not_end(sensor, bus):
    sensor.mode = 0
    words = ": command 1 has not ended after 0.1 s; allow more time, or see whether samples come"
    refused(mls1.Busy, bus.place + words, lambda: sensor.single(timeout=0.1))


def a_command_that_is_refused(sensor, bus):
    words = ": command 99 was refused (BAD_COMMAND); try again"
    refused(mls1.Refused, bus.place + words, lambda: sensor._command(99, 1))
    assert sensor.errors() == ("BAD_COMMAND", 1)


# What can happen on the bus.


def wrong_bits_are_read_again(sensor, bus):
    bus.feed(8)
    bus.spoil(2)
    assert sensor.result().sequence == 1
    for _ in range(3):
        bus.spoil(1)
        assert sensor.model_id == bytes(range(32))
    bus.spoil(2)
    sensor.debounce = 2
    assert sensor.debounce == 2


def too_many_wrong_bits(sensor, bus):
    bus.spoil(3)
    refused(mls1.BadData, bus.place + ": RESULT has a wrong check sum 3 times; " + NOISE, sensor.result)
    bus.spoil(6)
    refused(mls1.BadData, bus.place + ": MODEL_ID has a wrong check sum 3 times; " + NOISE, lambda: sensor.model_id)
    bus.spoil(0)
    assert sensor.result().sequence == 0


def wrong_bits_in_what_is_written(sensor, bus):
    bus.garble(2)
    sensor.debounce = 4
    bus.garble(2, 1)
    sensor.smoothing = 3
    assert (sensor.debounce, sensor.smoothing) == (4, 3)
    bus.garble(1)
    assert sensor.labels == LABELS
    bus.garble(2)
    sensor.lock()
    assert sensor.locked


def too_many_wrong_bits_in_what_is_written(sensor, bus):
    bus.garble(3)
    try:
        sensor.debounce = 4
    except (mls1.BadData, mls1.NoAnswer):  # a serial line does not answer to a frame that is damaged
        pass
    else:
        raise AssertionError("nothing was raised")
    bus.feed(8)
    assert sensor.result().label in LABELS


def a_bus_that_is_busy_for_a_moment(sensor, bus):
    bus.mute(2)
    assert sensor.result().sequence == 0
    bus.mute(2)
    sensor.debounce = 2
    assert sensor.debounce == 2
    bus.mute(2)
    assert sensor.self_test()["MEMORY"]


def a_sensor_that_is_unplugged(sensor, bus):
    bus.mute(3)
    refused(mls1.NoAnswer, bus.place + ": it no longer answers; check power and wiring", sensor.result)
    assert sensor.wait().sequence == 1


def i2c_nobody_at_this_address(sensor, bus):
    words = "I2C address 0x30: nothing answers, but something does at 0x2A, 0x3C; check the address"
    refused(mls1.NoAnswer, words, lambda: bus.connect(0x30))


def i2c_nobody_on_the_bus(sensor, bus):
    bus.alone()
    bus.mute(1000)
    words = ": nothing answers, and nothing at any other address; check power, ground, SDA, SCL and pull-ups"
    refused(mls1.NoAnswer, bus.place + words, bus.connect)


def i2c_only_now_and_then(sensor, bus):
    bus.mute(3)
    refused(mls1.NoAnswer, bus.place + ": it answers only now and then; " + NOISE, bus.connect)


def i2c_another_device(sensor, bus):
    words = "I2C address 0x3C: what answers is not an ML sensor; check the address"
    refused(mls1.NotAnMLSensor, words, lambda: bus.connect(0x3C))


def serial_nobody_there(sensor, bus):
    bus.mute(1000)
    words = ": nothing answers; check power, ground, the port, its speed, and that TX and RX are crossed"
    refused(mls1.NoAnswer, bus.place + words, bus.connect)


def serial_another_device(sensor, bus):
    bus.babble()
    words = ": what answers does not speak as an ML sensor; check the port and its speed"
    refused(mls1.NoAnswer, bus.place + words, bus.connect)


# Another sensor in its place: the same program goes on.


def another_sensor(sensor, bus):
    assert sensor.wait().label in LABELS
    bus.swap()
    found = [sensor.wait() for _ in range(3)]
    assert [result.sequence for result in found] == [1, 2, 3]
    assert all(result.label in OTHER_LABELS for result in found)
    assert sensor.labels == OTHER_LABELS


def another_sensor_that_has_run_for_a_while(sensor, bus):
    bus.feed(80)
    assert sensor.wait().label in LABELS
    bus.swap()
    bus.feed(20)
    result = sensor.result()
    assert (result.sequence, result.missed, result.label in OTHER_LABELS) == (4, 0, True)


def another_sensor_with_more_results(sensor, bus):
    sensor.rate = 10
    bus.feed(100)
    assert sensor.wait().sequence == 2
    bus.swap()
    bus.feed(40)
    result = sensor.result()
    assert (result.sequence, result.missed, result.label in OTHER_LABELS) == (9, 0, True)


def another_sensor_that_is_slower(sensor, bus):
    bus.feed(80)
    assert sensor.wait().sequence == 19
    bus.swap()
    bus.feed(20)
    bus.forge(0x19, 0xFF)
    result = sensor.result()
    assert (result.sequence, result.missed, result.label in OTHER_LABELS) == (4, 0, True)


def another_sensor_after_a_break(sensor, bus):
    assert sensor.labels == LABELS
    bus.mute(3)
    refused(mls1.NoAnswer, bus.place + ": it no longer answers; check power and wiring", sensor.tallies)
    bus.swap()
    assert sensor.labels == OTHER_LABELS
