"""Stage `prove`: the proofs of the image, and the bundle with which anyone can build it again."""

from __future__ import annotations

from dataclasses import asdict

from sensorsmith.base.files import write_bytes, write_json
from sensorsmith.base.records import Statement, Value, evidence
from sensorsmith.boards import load_board
from sensorsmith.data import load_windows, sample_range, window_samples
from sensorsmith.emulate import open_board
from sensorsmith.firmware import find
from sensorsmith.firmware.stage import sources_of
from sensorsmith.proofs.bundle import write_bundle
from sensorsmith.proofs.conformance import Finding, Stream, conformance
from sensorsmith.proofs.subject import Effort, Subject
from sensorsmith.proofs.suite import prove
from sensorsmith.spec.stage import Work

EFFORT = Effort()
"""Half a minute for a small model."""


def prove_sensor(work: Work) -> None:
    """Run every proof; one that is broken is a result like others.

    Raises:
        UserError: the firmware is that of a recorder.
        EmulatorError: it does not start.
    """
    subject = subject_of(work)
    toolchain = find(subject.board.target)
    proofs = prove(subject, toolchain, EFFORT, work.progress)
    write_bytes(work.out / "audit.zip", write_bundle(subject, toolchain))
    facts = {
        "fw_id": str(work.read_json("firmware", "firmware.json")["fw_id"]),
        "board": subject.board.title,
        "effort": asdict(EFFORT),
        "proofs": [proof.as_json() for proof in proofs],
    }
    write_json(work.out / "proofs.json", facts)

    def stated(index: int, text: str) -> Value:
        where = evidence(work.out / "proofs.json", f"/proofs/{index}/verdict")
        return Statement(text=text, method="derived", by="proofs on the emulated board", evidence=(where,))

    work.record("prove", {p.name: stated(i, f"{p.verdict}: {p.ran}") for i, p in enumerate(proofs)})


def subject_of(work: Work) -> Subject:
    """The sensor whose stages up to `firmware` are the inputs of a stage."""
    sources, facts = sources_of(work)
    windows = load_windows(work.inputs["windows"] / "windows.npz")
    return Subject(
        sensor=work.sensor,
        board=load_board(work.sensor.board),
        elf=(work.inputs["firmware"] / "sensor.elf").read_bytes(),
        sources=sources,
        model=facts,
        model_file=(work.inputs["model"] / "model.tflite").read_bytes(),
        description=(work.project / "sensor.yaml").read_text(encoding="utf-8"),
        recorded=windows.raw,
        hop=window_samples(work.sensor)[1],
    )


def conformance_of(work: Work) -> list[Finding]:
    """Run the conformance suite on the image.

    Raises:
        EmulatorError: it does not start.
    """
    window, hop = window_samples(work.sensor)
    channels = work.sensor.transducer.values
    elf = (work.inputs["firmware"] / "sensor.elf").read_bytes()
    with open_board(load_board(work.sensor.board), elf, (window, channels)) as board:
        return conformance(board, Stream(window, hop, channels, sample_range(work.sensor)))
