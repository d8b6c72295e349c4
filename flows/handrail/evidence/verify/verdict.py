"""The result of verifying a bundle: intact or not, whose key, since when, what kind of run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from handrail.evidence.format.attestation import Kind
from handrail.evidence.format.copy_statement import CopyFacts
from handrail.evidence.format.findings import Reason

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Signer: TypeAlias = Literal["pinned", "present", "none"]
Nature: TypeAlias = Literal["dry run", "rehearsal", "test", "live"]


@dataclass(frozen=True)
class Trust:
    """The keys and roots that a check trusts; by default none."""

    keys: frozenset[str] = frozenset()
    """Fingerprints of keys trusted for every run."""
    demo_keys: frozenset[str] = frozenset()
    """Fingerprints of keys trusted for runs on the mock only."""
    named_roots: tuple[Certificate, ...] = ()
    """Roots named for this check: any other timestamp is an error."""
    known_roots: tuple[Certificate, ...] = ()
    """Roots trusted on this machine: any other timestamp is ignored."""


@dataclass(frozen=True)
class Trusted:
    """The time that trusted timestamps prove."""

    sealed_by: datetime
    """The seal existed then, in UTC."""
    began_after: datetime | None
    """The run began no earlier than shortly before then: its first event was stamped; None where none was."""
    authority: str
    """The authority's name, as its certificate has it, safe to print."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check."""

    intact: bool
    """Whether nothing has changed since the seal, and everything agrees."""
    signer: Signer
    """Whether the signer's key is one that is trusted here; none where no signature holds."""
    fingerprint: str | None
    """The sha256 of the signer's public key (SPKI, DER) in hex."""
    time: Trusted | None
    """What is proven of the time."""
    bundle_id: str | None
    """The bundle's name, as it was signed."""
    complete: bool | None
    """Whether the run got to its end, as it was signed."""
    waits_for_person: bool
    """Whether it stopped where a person has to act or decide, as its log ends."""
    nature: Nature | None
    """What the run was, as it was signed; a rehearsal may have been one on the mock marketplace."""
    kind: Kind | None
    """What it was on, as it was signed."""
    copy_of: CopyFacts | None
    """What it was made from and what was taken out, where it is a copy; None for a bundle."""
    added_by_hand: bool
    """Whether a person put its pictures in, and no run stands behind them, as its log begins."""
    ended: datetime | None
    """When the last event was, by the signer's own clock, in UTC."""
    reasons: tuple[Reason, ...]
    """Why it does not verify, the first one first; empty where it does."""
    notes: tuple[Reason, ...]
    """What else a reader must know."""

    @property
    def exit_code(self) -> int:
        """0 intact and by a pinned key, 1 does not verify, 4 intact and by a key that is not pinned."""
        if self.reasons:
            return 1
        return 0 if self.signer == "pinned" else 4

    def as_json(self) -> dict[str, object]:
        """Return everything a script may want; times in RFC 3339."""
        time = self.time
        return {
            "exit_code": self.exit_code,
            "intact": self.intact,
            "signer": self.signer,
            "fingerprint": self.fingerprint,
            "time": None
            if time is None
            else {
                "sealed_by": rfc3339(time.sealed_by),
                "began_after": rfc3339(time.began_after) if time.began_after else None,
                "authority": time.authority,
            },
            "bundle_id": self.bundle_id,
            "complete": self.complete,
            "waits_for_person": self.waits_for_person,
            "nature": self.nature,
            "kind": self.kind,
            "added_by_hand": self.added_by_hand,
            "copy_of": _copy_as_json(self.copy_of),
            "ended": rfc3339(self.ended) if self.ended else None,
            "reasons": [asdict(reason) for reason in self.reasons],
            "notes": [asdict(reason) for reason in self.notes],
        }


def _copy_as_json(copy: CopyFacts | None) -> dict[str, str] | None:
    if copy is None:
        return None
    return {
        "bundle_id": copy.bundle_id,
        "attestation_sha256": copy.attestation,
        "taken_out": copy.taken_out,
    }


def rfc3339(moment: datetime) -> str:
    """Return a time in UTC as RFC 3339, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
