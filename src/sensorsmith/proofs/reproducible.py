"""T11: the image can be made again, bit for bit, is what its registers say, and keeps nothing when power is off."""

from __future__ import annotations

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.firmware import Toolchain, compile_image, firmware_id
from sensorsmith.interface import KEY, SETTINGS, Command, register
from sensorsmith.proofs.bundle import read_bundle, write_bundle
from sensorsmith.proofs.examined import Examined
from sensorsmith.proofs.places import place
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, signals

CLAIM = (
    "the audit bundle gives the same image, bit for bit; MODEL_ID and FW_ID in the registers are the hashes of the "
    "model and of the image; and whatever a host does, a power cycle brings all registers back"
)
LIMITS = (
    "On the emulated board flash cannot be written and nothing but RAM and the port is there: a write elsewhere stops "
    "the firmware. That a part on a table holds this image, FW_ID says only as far as one believes the part."
)


def reproducible(subject: Subject, device: Examined, toolchain: Toolchain, effort: Effort) -> Proof:
    """Build from the bundle, compare hashes, and use the device as roughly as a host can before a power cycle."""
    bundle = write_bundle(subject, toolchain)
    rebuilt = compile_image(read_bundle(bundle).texts, subject.board, toolchain).elf
    findings = _image(subject.elf, rebuilt)
    findings += _identifiers(subject, device)
    findings += _power_cycle(subject, device, effort)
    return Proof(
        "reproducible",
        CLAIM,
        verdict_of(findings),
        f"rebuilt with {toolchain.name} {toolchain.version} from a bundle of {len(bundle)} bytes: {len(rebuilt)} bytes "
        "of ELF compared",
        {"bundle_bytes": len(bundle), "elf_bytes": len(rebuilt), "fw_id": firmware_id(subject.elf)},
        told(findings),
        LIMITS,
    )


def _image(elf: bytes, rebuilt: bytes) -> list[str]:
    if elf == rebuilt:
        return []
    if firmware_id(elf) == firmware_id(rebuilt):
        return ["the rebuilt ELF file differs outside the content of flash"]
    return ["the rebuilt image is another: its FW_ID is " + firmware_id(rebuilt)]


def _identifiers(subject: Subject, device: Examined) -> list[str]:
    expected = {
        "MODEL_ID": hash_bytes(subject.model_file),
        "FW_ID": firmware_id(subject.elf)[:32],
    }
    device.reset()
    findings = []
    for name, value in expected.items():
        found = device.read(register(name).address, register(name).size).hex()
        if found != value:
            findings.append(f"register 0x{register(name).address:02X}, {name}, is {found}, but the file's hash {value}")
    return findings


def _power_cycle(subject: Subject, device: Examined, effort: Effort) -> list[str]:
    device.reset()
    before = device.seen().registers
    for window in signals(subject, max(4, effort.inputs // 8), effort.seed):
        device.feed(window)
    for setting in SETTINGS:
        assert setting.limits is not None
        device.put(**{setting.name: setting.limits[1]})
    for command in (Command.SINGLE, Command.SELF_TEST, Command.CLEAR, Command.RESET):
        device.command(command)
        device.feed(signals(subject, 1, effort.seed)[0])
    device.write(register("LOCK").address, bytes([KEY]))
    device.reset()
    after = device.seen().registers
    return [f"{place(i)} outlives the power" for i in range(256) if before[i] != after[i]]
