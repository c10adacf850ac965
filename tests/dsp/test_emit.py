from __future__ import annotations

from sensorsmith.dsp.emit import features_header, runtime_header


def test_the_header_can_be_included_twice_and_from_cpp() -> None:
    lines = features_header("shoulder", "int16", (200, 6), 50, (100, 6)).splitlines()
    assert lines[1:3] == ["#ifndef SHOULDER_FEATURES_H", "#define SHOULDER_FEATURES_H"]
    assert lines[-1] == "#endif"
    assert [line for line in lines if "extern" in line] == ['extern "C" {']


def test_the_header_names_every_size() -> None:
    text = features_header("shoulder", "int16", (200, 6), 50, (100, 6))
    sizes = dict(line.split()[1:] for line in text.splitlines() if line.startswith("#define ") and line[-1].isdigit())
    assert sizes == {
        "SHOULDER_WINDOW_SAMPLES": "200",
        "SHOULDER_HOP_SAMPLES": "50",
        "SHOULDER_CHANNELS": "6",
        "SHOULDER_FEATURES_SIZE": "600",
    }


def test_a_runtime_header_is_shipped_as_it_stands() -> None:
    text = runtime_header("motion")
    assert text.startswith("/* ss_motion.h: ")
    assert "\r" not in text
