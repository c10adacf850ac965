"""What every driver must do, in the Python that all dialects have. Each function gets a driver and the board behind it.

The board: `feed(n)` gives n random samples, `spoil(n)` puts a wrong bit into each of the next n reads, `mute(n)` lets
the next n transactions go unanswered, `connect()` makes another driver. While a driver sleeps, samples go on coming.
"""

# ruff: noqa: ARG001

import mls1


def refused(kind, words, act):
    """The act raises this error with these words."""
    try:
        act()
    except kind as error:
        assert str(error) == words, str(error)
        return
    raise AssertionError("nothing was raised, but expected: " + words)


def identity(sensor, board):
    assert sensor.identity.version == (1, 0)
    assert (sensor.identity.vendor, sensor.identity.product, sensor.identity.classes) == (0x1234, 0x0203, 3)


def labels_and_texts(sensor, board):
    assert sensor.labels() == ["left", "right", "nothing"]
    assert sensor.label(None) is None
    assert sensor.text(mls1.TEXT_PRODUCT) == "tiny" and sensor.text(mls1.TEXT_UNITS) == ""


def hashes(sensor, board):
    assert sensor.model_id() == bytes(range(32))
    document, firmware = sensor.build_id()
    assert document == bytes(16) and firmware != bytes(16)


def no_result_yet(sensor, board):
    result = sensor.result()
    assert (result.status, result.class_index, result.sequence) == (mls1.STATUS_WARMING_UP, None, 0)


def results_come_in_order(sensor, board):
    """The sensor gives a result every 4 samples, 50 a second."""
    seen = [sensor.wait() for _ in range(5)]
    assert [result.sequence for result in seen] == [1, 2, 3, 4, 5]
    assert [round(result.time, 3) for result in seen] == [0.16, 0.24, 0.32, 0.4, 0.48]
    assert all(sensor.label(result.class_index) in ("left", "right", "nothing") for result in seen)


def missed_results_show_in_the_sequence(sensor, board):
    assert sensor.wait().sequence == 1
    board.feed(40)
    assert sensor.wait().sequence == 11


def waiting_ends(sensor, board):
    sensor.configure(MODE=0)
    assert sensor.wait(0.5) is None


def events_and_tallies(sensor, board):
    board.feed(400)
    result = sensor.result()
    assert result.events in (3, 7) and sum(sensor.tallies()) > 10
    sensor.clear()
    assert sensor.result().events == 0 and sensor.tallies() == [0, 0, 0]


def settings_take_effect_together(sensor, board):
    sensor.configure(DEBOUNCE=3, SLEEP_S=300)
    assert (sensor.setting("DEBOUNCE"), sensor.setting("SLEEP_S"), sensor.setting("MODE")) == (3, 300, 1)


def settings_out_of_their_limits(sensor, board):
    words = "DEBOUNCE is 33; it must be 1 to 32"
    refused(mls1.Refused, words, lambda: sensor.configure(LED=0, DEBOUNCE=33))
    assert sensor.setting("LED") == 1
    try:
        sensor.configure(SPEED=1)
    except mls1.Refused as error:
        assert str(error).startswith("there is no setting SPEED; there are ADDR, DEBOUNCE, INT_MASK")
    else:
        raise AssertionError("a setting that is not there")


def a_locked_sensor(sensor, board):
    sensor.lock()
    refused(mls1.Refused, "the settings are locked until power is off", lambda: sensor.configure(DEBOUNCE=2))
    assert sensor.setting("DEBOUNCE") == 1


def the_self_test(sensor, board):
    assert sensor.self_test() == (True, True, True, True)


def a_single_shot(sensor, board):
    sensor.configure(MODE=0)
    assert sensor.single().sequence == 1
    assert sensor.single().sequence == 2


def errors_are_told(sensor, board):
    assert sensor.errors() == ("NONE", 0)
    sensor._write("CMD", bytes([99]))
    assert sensor.errors() == ("BAD_COMMAND", 1)


def wrong_bits_are_read_again(sensor, board):
    board.feed(8)
    board.spoil(2)
    assert sensor.result().sequence == 1
    board.spoil(1)
    assert sensor.model_id() == bytes(range(32))


def too_many_wrong_bits(sensor, board):
    board.spoil(3)
    words = "wrong check sum in block RESULT, 3 times; check wiring and pull-ups"
    refused(mls1.SensorError, words, sensor.result)


def a_bus_that_is_busy_for_a_moment(sensor, board):
    board.mute(2)
    assert sensor.result().sequence == 0
    board.mute(1)
    sensor.configure(DEBOUNCE=2)
    assert sensor.setting("DEBOUNCE") == 2


def nobody_there(sensor, board):
    board.mute(1000)
    words = "no answer on the bus; check power, wiring, pull-ups and the address"
    refused(mls1.NotFound, words, board.connect)


def another_device(sensor, board):
    board.spoil(1000)
    refused(mls1.NotFound, "what answers is not an ML sensor; check the address", board.connect)
