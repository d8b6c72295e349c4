"""Sign the statement in a canonical DSSE envelope."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from handrail.evidence.format.attestation import PAYLOAD_TYPE
from handrail.evidence.format.events import canonical

if TYPE_CHECKING:
    from handrail.evidence.keys.signer import Signer


def envelope(statement: bytes, signer: Signer) -> bytes:
    """Sign a statement and return its envelope as RFC 8785 JSON."""
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
    """Load the libraries for sealing in the background, so that nobody waits at the end."""
    threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    import securesystemslib.dsse  # noqa: F401  # imported to load it
