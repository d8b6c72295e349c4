"""The signed statement of a seal: shared by sealing and verification."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from handrail.core.version import PROJECT_URL
from handrail.evidence.format.events import Json, canonical
from handrail.evidence.format.layout import MANIFEST, SUMS

Kind: TypeAlias = Literal["mock", "test", "live"]
"""What the run was on: the mock marketplace, a test site on this machine, or a real one."""


PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = f"{PROJECT_URL}/handrail-bundle/v1"
SUBJECTS = (SUMS, MANIFEST)
"""The files that the statement signs, in this order; they hold the hashes of all others."""


@dataclass(frozen=True)
class SealFacts:
    """What the report states about the seal."""

    bundle_id: str
    """The bundle's name for good."""
    fingerprint: str
    """The sha256 of the signer's public key (SPKI, DER) in hex."""
    kind: Kind
    """What the run was on; only a live one is signed by the seller's own key."""
    complete: bool
    """Whether the run got to its end."""
    rehearsal: bool
    """Whether nothing with an effect could leave the browser."""
    genesis_time: str | None
    """When an authority stamped the first event: RFC 3339 in UTC; None if none did."""


def predicate(facts: SealFacts, *, head: str, count: int) -> dict[str, Json]:
    """Return what the signature states beyond the files' hashes; manifest.json repeats it.

    `head` and `count` are of the log: only they show that its tail was cut.
    """
    return {
        "bundle_id": facts.bundle_id,
        "chain": {"head": head, "count": count},
        "complete": facts.complete,
        "dry_run": facts.kind == "mock",
        "kind": facts.kind,
        "rehearsal": facts.rehearsal,
    }


def statement(
    sums: bytes, manifest: bytes, vouched: Mapping[str, Json], predicate_type: str = PREDICATE_TYPE
) -> bytes:
    """Return the in-toto statement over the two files that hold every other hash, in RFC 8785 JSON."""
    contents = dict(zip(SUBJECTS, (sums, manifest), strict=True))
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": name, "digest": {"sha256": hashlib.sha256(data).hexdigest()}}
                for name, data in contents.items()
            ],
            "predicateType": predicate_type,
            "predicate": vouched,
        }
    )
