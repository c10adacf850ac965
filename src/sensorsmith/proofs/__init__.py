"""Does the sensor keep its promises: those of the interface, and those of privacy?"""

from __future__ import annotations

from sensorsmith.proofs.bundle import Bundle, read_bundle, write_bundle
from sensorsmith.proofs.conformance import CHECKS, Check, Finding, Stream, conformance
from sensorsmith.proofs.record import Proof
from sensorsmith.proofs.subject import CAMPAIGN, Effort, Subject
from sensorsmith.proofs.suite import prove

__all__ = [
    "CAMPAIGN",
    "CHECKS",
    "Bundle",
    "Check",
    "Effort",
    "Finding",
    "Proof",
    "Stream",
    "Subject",
    "conformance",
    "prove",
    "read_bundle",
    "write_bundle",
]
