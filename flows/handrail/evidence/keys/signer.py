"""A signer: an Ed25519 key and its fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True)
class Signer:
    """The key that seals a bundle."""

    key: Ed25519PrivateKey
    """The private half."""
    demo: bool
    """Whether it only signs runs on the mock."""

    @property
    def fingerprint(self) -> str:
        """The sha256 of the public key (SPKI, DER) in hex."""
        return fingerprint(self.key.public_key())

    @property
    def public_pem(self) -> bytes:
        """The public half as PEM."""
        return public_pem(self.key.public_key())

    @property
    def private_pem(self) -> bytes:
        """The private half as unencrypted PEM, for storing it."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the sha256 of a public key (SPKI, DER) in hex: what people compare and pin."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
