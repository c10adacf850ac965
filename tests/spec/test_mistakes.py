from __future__ import annotations

from collections.abc import Callable

Complaint = Callable[..., str]


def test_unknown_key(complaint: Complaint) -> None:
    assert complaint("window:", "widnow:") == 'sensor.yaml:22: unknown key "widnow"; did you mean "window"?'
    assert complaint("  hop:", "  hopp:") == 'sensor.yaml:24: unknown key "hopp" in window; did you mean "hop"?'
    assert complaint("  places:", "  xyz: 1\n  places:") == (
        'sensor.yaml:16: unknown key "xyz" in setting; '
        "delete it, or use one of health, actuation, radio, updates, support_until, cloud"
    )
    assert complaint("{name: ax, unit", "{naem: ax, unit") == (
        'sensor.yaml:13: unknown key "naem" in transducer.channels[0]; did you mean "name"?'
    )
    assert complaint("kernel: 5", "kernal: 5") == (
        'sensor.yaml:32: unknown key "kernal" in model.blocks[0]; did you mean "kernel"?'
    )
    assert complaint("  title:", '  "ti\\ntle":') == (
        'sensor.yaml:4: unknown key "ti tle" in identity; did you mean "title"?'
    )


def test_missing_key(complaint: Complaint) -> None:
    assert complaint("  hop: 1 s\n", "") == 'sensor.yaml:22: missing key "hop" in window; add for example "hop: 1 s"'
    assert complaint("task: classify\n", "") == 'sensor.yaml:1: missing key "task"; add for example "task: classify"'
    assert complaint("outputs:\n  budget: 8 bit/s\n", "") == 'sensor.yaml:1: missing key "outputs"; add it'
    assert complaint("{name: wx, ", "{") == (
        'sensor.yaml:14: missing key "name" in transducer.channels[1]; add for example "name: ax"'
    )


def test_kinds(complaint: Complaint) -> None:
    assert complaint("unseen: [anna, ben]", "unseen: [08, ben]") == (
        'sensor.yaml:20: data.unseen[0] is 08 but must be text; write it in quotes: "08"'
    )
    assert complaint("0.1.0", "0.1") == (
        'sensor.yaml:5: identity.version is 0.1 but must be text; write it in quotes: "0.1"'
    )
    assert complaint("unseen: [anna, ben]", "unseen: anna") == (
        'sensor.yaml:20: data.unseen is "anna" but must be a list'
    )
    assert complaint("decimate: 4", "decimate: four") == (
        'sensor.yaml:27: features.decimate is "four" but must be a whole number'
    )
    assert complaint("seed: 1", "learning_rate: 1e999") == (
        "sensor.yaml:34: training.learning_rate is 1e999 but must be a finite number"
    )
    assert complaint("  seed: 1", "  - 1") == (
        "sensor.yaml:33: training is a list but must be a section of keys and values"
    )
    assert complaint("children: false", "children: no") == (
        'sensor.yaml:17: setting.children is "no" but must be true or false or "unknown"'
    )
    assert complaint("[5 mm2, 10 mm2, 17 mm2]", "10") == (
        "sensor.yaml:42: bill_of_materials[0].amount is 10 but must be text or a list"
    )


def test_ranges(complaint: Complaint) -> None:
    assert complaint("decimate: 4", "decimate: 0x20") == (
        "sensor.yaml:27: features.decimate is 0x20 but must be at most 16"
    )
    assert complaint("seed: 1", "learning_rate: 0") == (
        "sensor.yaml:34: training.learning_rate is 0 but must be more than 0"
    )
    assert complaint("title: Motion sensor", f"title: {'x' * 81}") == (
        "sensor.yaml:4: identity.title is 81 characters long but must be at most 80"
    )
    assert complaint("unseen: [anna, ben]", "unseen: []") == (
        "sensor.yaml:20: data.unseen is 0 entries long but must be at least 1"
    )
    assert complaint("[5 mm2, 10 mm2, 17 mm2]", "[5 mm2]") == (
        "sensor.yaml:42: bill_of_materials[0].amount is 1 entries long but must be at least 3"
    )


def test_choices(complaint: Complaint) -> None:
    assert complaint("classify", "regress") == 'sensor.yaml:7: task is "regress" but must be "classify"'
    assert complaint("places: [home]", "places: [hoem]") == (
        'sensor.yaml:16: setting.places[0] is "hoem" but must be "public", "home", "work", "school" or "care"; '
        'did you mean "home"?'
    )
    assert complaint("sensorsmith: 1", "sensorsmith: 2") == "sensor.yaml:1: sensorsmith is 2 but must be 1"


def test_model_is_trained_or_brought(complaint: Complaint) -> None:
    message = (
        'sensor.yaml:29: model: exactly one of "architecture" and "file" is needed; '
        'give "architecture" for a network to train, or "file" for a trained model'
    )
    assert complaint("  architecture: conv1d\n", "  architecture: conv1d\n  file: model.tflite\n") == message
    assert complaint("  architecture: conv1d\n", "  architectur: conv1d\n") == message
    assert (
        complaint("  architecture: conv1d\n  blocks:\n    - {filters: 16, kernel: 5}\n", "  model.tflite\n") == message
    )
    assert complaint("  architecture: conv1d\n", "  file: model.tflite\n") == (
        'sensor.yaml:31: unknown key "blocks" in model; delete it, or use one of labels'
    )


def test_message_stays_short_and_printable(complaint: Complaint) -> None:
    message = complaint("task: classify", f'task: "{"x" * 5000}\\u202e\\n"')
    assert message == f'sensor.yaml:7: task is "{"x" * 37}..." but must be "classify"'
