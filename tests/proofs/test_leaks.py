"""Every proof catches firmware with one deliberate leak, and names it. That they hold is in test_suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.proofs.altered import LITTLE, Change, subject

from sensorsmith.firmware import find
from sensorsmith.proofs import Proof, Subject
from sensorsmith.proofs.canary_fuzz import canary_fuzz
from sensorsmith.proofs.config_abuse import config_abuse
from sensorsmith.proofs.constant_time import constant_time
from sensorsmith.proofs.cut_point import cut_point
from sensorsmith.proofs.examined import Examined
from sensorsmith.proofs.hygiene import buffer_hygiene
from sensorsmith.proofs.information import information_budget_kept
from sensorsmith.proofs.non_interference import non_interference
from sensorsmith.proofs.reproducible import reproducible
from sensorsmith.proofs.update_path import update_path

Run = Callable[[Subject, Examined], Proof]
PROOFS: dict[str, Run] = {
    "non-interference": lambda s, d: non_interference(s, d, LITTLE),
    "canary-fuzz": lambda s, d: canary_fuzz(s, d, LITTLE),
    "cut-point": lambda s, d: cut_point(s, d, LITTLE),
    "information-budget": lambda s, _: information_budget_kept(s),
    "update-path": lambda _, d: update_path(d),
    "constant-time": lambda s, d: constant_time(s, d, LITTLE),
    "buffer-hygiene": lambda s, d: buffer_hygiene(s, d, LITTLE),
    "config-abuse": lambda s, d: config_abuse(s, d, LITTLE),
    "reproducible": lambda s, d: reproducible(s, d, find("cortex-m4"), LITTLE),
}
POST, SENSOR, PORT, DEVICE = "ss_post.h", "sensor.c", "port.c", "device.c"
_RUN = "    SS_RUN();\n    uint8_t reported"
_CLEAR = "        ss_clear(&registers);"
_STOP = "static void stop(void)\n{\n"
_PRODUCT = "            sum += weights[k][i] * arena[i];"
_PUBLISH = "    ss_publish(r, &result);"
_RESULT = "    struct ss_post_settings set"

# What leaks: file, old text, new text; and what each proof that must see it says, from its first word on.
LEAKS: dict[str, tuple[Change, dict[str, str]]] = {
    "confidence is not quantised": (
        (POST, "& ~(0xFFu >> SS_CONF_BITS_VALUE) & 0xFFu", "& 0xFFu"),
        {
            "non-interference": "register 0x12, CONF, reads otherwise",
            "config-abuse": "register 0x12, CONF, is 0x",
        },
    ),
    "samples in reserved registers": (
        (
            SENSOR,
            _RUN,
            "    for (int i = 0; i < 4; i++) r->map[0xE0 + i] = (uint8_t)(window[i / 2] >> i % 2 * 8);\n" + _RUN,
        ),
        {
            "non-interference": "register 0xE0, which is unused, reads otherwise",
            "canary-fuzz": "register 0xE0, which is unused, gives 3 bytes of a canary away, in ",
            "cut-point": "register 0xE0, which is unused, depends on the signal, not only on the scores",
            "buffer-hygiene": "after standby samples stand in registers",
        },
    ),
    "time depends on a score": (
        (SENSOR, _RESULT, "    for (volatile int i = SS_OUTPUT()[0]; i < 128; i++) {}\n" + _RESULT),
        {
            "non-interference": "the work of ss_result is another, by ",
            "constant-time": "the work of ss_result depends on the signal",
        },
    ),
    "time of a result depends on a sample": (
        (SENSOR, _RESULT, "    for (volatile int i = window[0] & 7; i > 0; i--) {}\n" + _RESULT),
        {"cut-point": "the work of ss_result depends on the signal behind the scores"},
    ),
    "TIME_MS carries a bit of a sample": (
        (SENSOR, "ss_post_confidence(&post), now.ms}", "ss_post_confidence(&post), now.ms ^ (window[0] & 1u)}"),
        {"cut-point": "register 0x18, TIME_MS, depends on the signal, not only on the scores"},
    ),
    "the light shows a sample": (
        (PORT, "WORD(SS_PORT_SAMPLING) & ss_setting(registers, SS_LED);", "(uint32_t)SAMPLES[0] & 1u;"),
        {"non-interference": "the light is another"},
    ),
    "a letter on the serial line asks for the ring": (
        (
            PORT,
            "    for (uint32_t i = 0; i < size; i++)",
            "    if (BYTES[0] == 'D')\n"
            "        for (size = 0; size < 8; size++) reply[size] = ((uint8_t *)ring->samples)[size];\n"
            "    for (uint32_t i = 0; i < size; i++)",
        ),
        {"canary-fuzz": "byte 0 gives 3 bytes of a canary away, in the answer to the serial frame "},
    ),
    "flash can be written": (
        (DEVICE, _CLEAR, "        *(volatile uint32_t *)0x40022010 = 0x45670123;\n" + _CLEAR),
        {"update-path": "ss_device_step+"},
    ),
    "a pointer to a function in RAM": (
        (DEVICE, _STOP, f"void (*volatile hook)(uint8_t) = ss_hal_sampling;\n{_STOP}    hook(0);\n"),
        {"update-path": "ss_device_step+"},
    ),
    "a breakpoint for a debugger": (
        (DEVICE, _CLEAR, '        __asm__ volatile("bkpt #0xAB");\n' + _CLEAR),
        {"update-path": "ss_device_step+"},
    ),
    "the model leaves zeros out": (
        (
            "tiny.c",
            "            sum += weights",
            "            if (arena[i] > 0) for (volatile int n = 0; n < 1; n++) sum += weights",
        ),
        {"constant-time": "the work of tiny_run depends on the signal"},
    ),
    "the model divides": (
        (
            "tiny.c",
            "            sum += weights[k][i] * arena[i];",
            "            sum += weights[k][i] * arena[i] / (arena[0] | 1);",
        ),
        {"constant-time": "tiny_run+"},
    ),
    "the window is not wiped": (
        (SENSOR, "        window[i] = 0;\n", "        window[i] = window[i];\n"),
        {"buffer-hygiene": "after standby samples stand in window"},
    ),
    "the stack is not wiped": ((SENSOR, "    ss_scrub();\n", ""), {"buffer-hygiene": "after a self test stack, "}),
    "the transducer goes on in standby": (
        (DEVICE, "    ss_hal_sampling(0);\n", ""),
        {"buffer-hygiene": "after standby the transducer goes on: SAMPLING is 1"},
    ),
    "the threshold is compared before quantising": (
        (
            POST,
            "((uint32_t)ss_confidence(p->mean[best]) - set.threshold)",
            "(((uint32_t)p->mean[best] >> 6) - set.threshold)",
        ),
        {"config-abuse": "register 0x23, THRESH, tells windows "},
    ),
    "a setting gives results twice": (
        (
            SENSOR,
            "    ss_publish(r, &result);",
            "    ss_publish(r, &result);\n    if (set.debounce > 1) ss_publish(r, &result);",
        ),
        {"config-abuse": "SEQ goes on by 2 in one hop with {'MODE': 1, "},
    ),
}
CASES = [(leak, proof) for leak, (_, seen) in LEAKS.items() for proof in seen]


@pytest.fixture(scope="module")
def leaky() -> Iterator[Callable[[str], tuple[Subject, Examined]]]:
    """The firmware of one leak at a time, built once for all proofs that look at it."""
    current: dict[str, tuple[Subject, Examined]] = {}

    def build(leak: str) -> tuple[Subject, Examined]:
        if leak not in current:
            for _, device in current.values():
                device.close()
            current.clear()
            found = subject(LEAKS[leak][0])
            current[leak] = found, found.open()
        return current[leak]

    yield build
    for _, device in current.values():
        device.close()


@pytest.mark.parametrize(("leak", "name"), CASES)
def test_a_leak_is_caught(leak: str, name: str, leaky: Callable[[str], tuple[Subject, Examined]]) -> None:
    proof = PROOFS[name](*leaky(leak))
    assert proof.verdict == "broken"
    expected = LEAKS[leak][1][name]
    assert any(finding.startswith(expected) for finding in proof.findings), proof.findings


def test_every_proof_is_shown_to_break() -> None:
    assert {name for _, name in CASES} | {"information-budget", "reproducible"} == set(PROOFS)


def test_a_budget_that_is_too_small(sound: Subject) -> None:
    outputs = sound.sensor.outputs.model_copy(update={"budget": 50.0})
    proof = information_budget_kept(replace(sound, sensor=sound.sensor.model_copy(update={"outputs": outputs})))
    assert proof.verdict == "broken"
    assert proof.findings[0].startswith("outputs.budget: the sensor could tell its host 82.31 bit/s, 32.31 bit/s more")


def test_the_budget_is_that_of_the_interface(sound: Subject) -> None:
    """12.5 windows a second, of log2(3) + 4 + 1 bits each."""
    assert information_budget_kept(sound).figures["bits_per_second"] == pytest.approx(82.312031)


def test_what_update_path_says(leaky: Callable[[str], tuple[Subject, Examined]]) -> None:
    said = {
        "flash can be written": ["writes to 0x40022000 or near it, outside RAM and port"],
        "a breakpoint for a debugger": ["calls a debugger or a system service"],
        "a pointer to a function in RAM": ["jumps to where a variable says", "pointer to ss_hal_sampling"],
    }
    for leak, ends in said.items():
        findings = update_path(leaky(leak)[1]).findings
        assert all(any(finding.endswith(end) for finding in findings) for end in ends), findings


def test_a_division_is_named(leaky: Callable[[str], tuple[Subject, Examined]]) -> None:
    proof = constant_time(*leaky("the model divides"), LITTLE)
    assert any(f.endswith(" divides: the time depends on the operands") for f in proof.findings)


def test_the_seed_decides_everything(sound: Subject) -> None:
    with sound.open() as device:
        proof = non_interference(sound, device, LITTLE)
        assert non_interference(sound, device, LITTLE) == proof
        assert non_interference(sound, device, replace(LITTLE, seed=2)).figures != proof.figures
    assert int(proof.figures["pairs"]) > 20
