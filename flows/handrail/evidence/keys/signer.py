"""The signer: one Ed25519 key, known to everybody by the fingerprint of its public half."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True)
class Signer:
    """Whoever seals a bundle."""

    key: Ed25519PrivateKey
    """The private half; it is written nowhere but where it came from."""
    demo: bool
    """Whether this key seals rehearsals on this machine and nothing else."""

    @property
    def fingerprint(self) -> str:
        """The sha256 of the public key (SPKI, DER) in hex."""
        return fingerprint(self.key.public_key())

    @property
    def public_pem(self) -> bytes:
        """The public half, as any tool reads it."""
        return public_pem(self.key.public_key())

    @property
    def private_pem(self) -> bytes:
        """The private half in the clear, for whoever locks it away."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the sha256 of a public key's SPKI in hex: what people compare and pin."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
