"""The statement over a copy: which bundle it was made from, and what was withheld from it."""

from __future__ import annotations

from dataclasses import dataclass

from handrail.core.version import PROJECT_URL
from handrail.evidence.format.attestation import Kind, SealFacts
from handrail.evidence.format.events import Json
from handrail.evidence.format.layout import ALWAYS_THERE, ENVELOPE, LOG

COPY_FORMAT = "handrail-derived/1"
"""What manifest.json of a copy calls its layout."""
COPY_PREDICATE_TYPE = f"{PROJECT_URL}/handrail-copy/v1"
COPY_ALWAYS_THERE = ALWAYS_THERE - {LOG}
"""The files every copy has at its top level: the log stays with the bundle, for it holds everything."""


@dataclass(frozen=True)
class CopyFacts:
    """What a copy was made from, and what is not in it."""

    bundle_id: str
    """The name of the bundle it was made from."""
    attestation: str
    """The sha256 of that bundle's attestation.dsse.json, in hex."""
    taken_out: str
    """The class of facts that was taken out: business, so far."""
    kind: Kind
    """What the run was on."""
    complete: bool
    """Whether the run got to its end."""
    rehearsal: bool
    """Whether nothing with an effect could leave the browser."""


def copy_facts(seal: SealFacts, attestation: str, taken_out: str) -> CopyFacts:
    """Return the facts of a copy of the bundle with this seal; `attestation` is its sha256 in hex."""
    return CopyFacts(seal.bundle_id, attestation, taken_out, seal.kind, seal.complete, seal.rehearsal)


def copy_predicate(facts: CopyFacts) -> dict[str, Json]:
    """Return what the signature over a copy vouches for; manifest.json says the same."""
    return {
        "derived_from": {"bundle_id": facts.bundle_id, ENVELOPE: {"sha256": facts.attestation}},
        "taken_out": facts.taken_out,
        "complete": facts.complete,
        "dry_run": facts.kind == "mock",
        "kind": facts.kind,
        "rehearsal": facts.rehearsal,
    }
