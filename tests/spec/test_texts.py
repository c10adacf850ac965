from __future__ import annotations

from collections.abc import Callable

Complaint = Callable[..., str]


def test_forms_of_text(complaint: Complaint) -> None:
    form = "2 to 40 lower-case letters, digits and hyphens, a letter first"
    assert complaint("name: motion", "name: My Sensor") == (
        f'sensor.yaml:3: identity.name: "My Sensor" is not {form}; write for example "wrist-exercise"'
    )
    for name in ("math", "nul", "com1", "ss-motion"):
        assert complaint("name: motion", f"name: {name}") == (
            f'sensor.yaml:3: identity.name: "{name}" would hide a C header or a device of Windows; '
            'write for example "wrist-exercise"'
        )
    assert complaint("nucleo-l4r5zi", "../boards") == (
        f'sensor.yaml:35: board: "../boards" is not {form}; write for example "nucleo-l4r5zi"'
    )
    assert complaint("country: AUT", "country: Austria") == (
        'sensor.yaml:44: deployment.country: "Austria" is not a country\'s three letters (ISO 3166-1 alpha-3) '
        'or world; write for example "DEU"'
    )
