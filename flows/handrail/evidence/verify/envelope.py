"""Check the DSSE envelope: exactly one signature, by the key that the bundle ships."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handrail.evidence.format.attestation import PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, SUBJECTS, Kind
from handrail.evidence.format.canonical_json import WHY, NonCanonicalJson, parse
from handrail.evidence.format.copy_statement import COPY_PREDICATE_TYPE, CopyFacts
from handrail.evidence.format.events import Json
from handrail.evidence.format.findings import CheckFailed
from handrail.evidence.format.layout import ENVELOPE
from handrail.evidence.keys.signer import fingerprint, public_pem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ID = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_HASH = re.compile("[0-9a-f]{64}")
_KINDS: tuple[Kind, ...] = ("mock", "test", "live")


@dataclass(frozen=True)
class Signed:
    """What was signed."""

    bundle_id: str
    """The bundle's name for good."""
    head: str
    """The sha256 of the log's last line, in hex."""
    count: int
    """How many events the log has."""
    complete: bool
    """Whether the run got to its end."""
    kind: Kind
    """What the run was on."""
    rehearsal: bool
    """Whether nothing with an effect could leave the browser."""
    subjects: Mapping[str, str]
    """The sha256 of SHA256SUMS and of manifest.json, in hex, by name."""
    predicate: Mapping[str, Json]
    """The signed predicate; manifest.json must repeat it."""


@dataclass(frozen=True)
class SignedCopy:
    """What a signature over a copy vouches for."""

    facts: CopyFacts
    """What the copy was made from, and what was taken out."""
    subjects: Mapping[str, str]
    """The sha256 of SHA256SUMS and of manifest.json, in hex, by name."""
    predicate: Mapping[str, Json]
    """The signed predicate; manifest.json must repeat it."""


def read_json(data: bytes, name: str) -> Any:
    """Read a file that is one canonical JSON value; raises CheckFailed."""
    try:
        return parse(data)
    except NonCanonicalJson as wrong:
        raise CheckFailed("not-canonical", name, why=WHY[wrong.code]) from wrong


def read_key(data: bytes) -> Ed25519PublicKey:
    """Read the public key, which has exactly one form; raises CheckFailed."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise CheckFailed("key-unreadable") from None
    if not isinstance(key, Ed25519PublicKey) or public_pem(key) != data:
        raise CheckFailed("key-unreadable")
    return key


def read_envelope(data: bytes, key: Ed25519PublicKey) -> Signed | SignedCopy:
    """Check the envelope's form and signature, and return what was signed; raises CheckFailed."""
    from cryptography.exceptions import InvalidSignature
    from securesystemslib.dsse import Envelope

    payload, keyid, signature = _opened(read_json(data, ENVELOPE))
    if keyid != fingerprint(key):
        raise CheckFailed("keyid")
    try:
        key.verify(signature, Envelope(payload, PAYLOAD_TYPE, {}).pae())
    except InvalidSignature:
        raise CheckFailed("signature") from None
    return _statement(read_json(payload, ENVELOPE))


def _opened(envelope: Any) -> tuple[bytes, str, bytes]:
    match envelope:
        case {"payload": str(payload), "payloadType": str(kind), "signatures": list(signatures), **rest}:
            pass
        case _:
            raise CheckFailed("envelope")
    if kind != PAYLOAD_TYPE:
        raise CheckFailed("payload-type")
    if len(signatures) != 1:
        raise CheckFailed("second-signature")
    match signatures[0]:
        case {"keyid": str(keyid), "sig": str(signature), **more} if not (rest or more):
            return _decoded(payload), keyid, _decoded(signature)
        case _:
            raise CheckFailed("envelope")


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CheckFailed("base64") from None
    # Unused bits in the last letter would give several texts for the same bytes.
    if base64.b64encode(data).decode() != text:
        raise CheckFailed("base64")
    return data


def _statement(parsed: Any) -> Signed | SignedCopy:
    match parsed:
        case {
            "_type": str(kind_of_statement),
            "predicateType": str(kind_of_predicate),
            "predicate": dict(predicate),
            "subject": list(subject),
            **rest,
        } if kind_of_statement == STATEMENT_TYPE and not rest:
            if kind_of_predicate == PREDICATE_TYPE:
                return _signed(predicate, _subjects(subject))
            if kind_of_predicate == COPY_PREDICATE_TYPE:
                return _signed_copy(predicate, _subjects(subject))
            raise CheckFailed("statement")
        case _:
            raise CheckFailed("statement")


def _subjects(subject: list[Any]) -> dict[str, str]:
    digests = {}
    for entry in subject:
        match entry:
            case {"name": str(name), "digest": {"sha256": str(digest), **others}, **rest} if not (
                others or rest
            ) and _HASH.fullmatch(digest):
                digests[name] = digest
            case _:
                raise CheckFailed("statement")
    if len(subject) != len(SUBJECTS) or tuple(digests) != SUBJECTS:
        raise CheckFailed("statement")
    return digests


def _signed(predicate: dict[str, Any], subjects: dict[str, str]) -> Signed:
    match predicate:
        case {
            "bundle_id": str(bundle_id),
            "chain": {"head": str(head), "count": int(count), **chain},
            "complete": bool(complete),
            "dry_run": bool(dry_run),
            "kind": str(kind),
            "rehearsal": bool(rehearsal),
            **rest,
        } if (
            not (chain or rest or isinstance(count, bool))
            and _ID.fullmatch(bundle_id)
            and _HASH.fullmatch(head)
            and kind in _KINDS
            and dry_run == (kind == "mock")
        ):
            return Signed(
                bundle_id, head, count, complete, _KINDS[_KINDS.index(kind)], rehearsal, subjects, predicate
            )
        case _:
            raise CheckFailed("statement")


def _signed_copy(predicate: dict[str, Any], subjects: dict[str, str]) -> SignedCopy:
    match predicate:
        case {
            "derived_from": {"bundle_id": str(bundle_id), "attestation.dsse.json": {"sha256": str(digest)}},
            "taken_out": "business",
            "complete": bool(complete),
            "dry_run": bool(dry_run),
            "kind": str(kind),
            "rehearsal": bool(rehearsal),
            **rest,
        } if (
            not rest
            and _ID.fullmatch(bundle_id)
            and _HASH.fullmatch(digest)
            and kind in _KINDS
            and dry_run == (kind == "mock")
        ):
            known = _KINDS[_KINDS.index(kind)]
            facts = CopyFacts(bundle_id, digest, "business", known, complete, rehearsal)
            return SignedCopy(facts, subjects, predicate)
        case _:
            raise CheckFailed("statement")
