"""The seal: one signature over the statement, in a DSSE envelope that has exactly one form."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from handrail.evidence.format.attestation import PAYLOAD_TYPE
from handrail.evidence.format.events import canonical

if TYPE_CHECKING:
    from handrail.evidence.keys.signer import Signer


def envelope(statement: bytes, signer: Signer) -> bytes:
    """Sign a statement and return its envelope's bytes: one RFC 8785 object and nothing after it."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import (  # type: ignore[attr-defined]  # public, but not said to be
        CryptoSigner,
        SSlibKey,
    )

    public = SSlibKey.from_crypto(signer.key.public_key(), keyid=signer.fingerprint)
    sealed = Envelope(statement, PAYLOAD_TYPE, {})
    sealed.sign(CryptoSigner(signer.key, public))
    return canonical(sealed.to_dict())


def warm_up() -> None:
    """Load what sealing needs beside whatever else goes on, so that nobody waits for it at the end."""
    threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    import securesystemslib.dsse  # noqa: F401  # only to have it loaded
