"""Read an RFC 3161 timestamp token and find which authority issued it."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from handrail.evidence.format.findings import CheckFailed, printable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse


_SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True)
class Token:
    """A well-formed timestamp of the right data; `trusted` says whether to believe it."""

    name: str
    """Its file."""
    at: datetime
    """The time it states."""
    response: TimeStampResponse
    """The whole reply."""
    certificates: tuple[Certificate, ...]
    """The certificates in the reply."""
    authority: str
    """The authority it names, safe to print."""

    def trusted(self, roots: Sequence[Certificate], others: Iterable[Certificate]) -> bool:
        """Whether it leads to one of the roots, through its own certificates or the others."""
        from rfc3161_client import VerifierBuilder

        if not roots:
            return False
        chain = _under(roots, (*others, *self.certificates))
        intermediates = [certificate for certificate in chain if certificate not in roots]
        try:
            with _quiet():
                verifier = VerifierBuilder(roots=list(roots), intermediates=intermediates).build()
                return verifier.verify(self.response, self.response.tst_info.message_imprint.message)
        except _unreadable():
            return False


def read_token(name: str, data: bytes, stamped: bytes) -> Token:
    """Read a reply of an authority over `stamped`; raises CheckFailed."""
    from rfc3161_client import decode_timestamp_response

    try:
        with _quiet():
            response = decode_timestamp_response(data)
            imprint, certificates = response.tst_info.message_imprint, _certificates(response)
            algorithm, message = imprint.hash_algorithm.dotted_string, imprint.message
            time, authority = response.tst_info.gen_time, _authority(response, certificates)
    except _unreadable():
        raise CheckFailed("stamp-unreadable", name) from None
    if algorithm != _SHA256:
        raise CheckFailed("stamp-hash", name)
    if message != hashlib.sha256(stamped).digest():
        raise CheckFailed("stamp-other", name)
    if not any(map(_stamps, certificates)):
        raise CheckFailed("stamp-eku", name)
    return Token(name, time, response, certificates, authority)


def read_certificates(pem: bytes) -> tuple[Certificate, ...]:
    """Return the certificates of a PEM file; raises ValueError."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        with _quiet():
            return tuple(load_pem_x509_certificates(pem))
    except _unreadable():
        raise ValueError("no certificates in PEM") from None


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what the libraries raise for unreadable data, on reading or on first use of a part."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509 import DuplicateExtension, ExtensionNotFound, InvalidVersion
    from rfc3161_client import VerificationError

    not_there = (ExtensionNotFound, DuplicateExtension, InvalidVersion, UnsupportedAlgorithm)
    return (ValueError, TypeError, KeyError, InvalidSignature, VerificationError, *not_there)


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the libraries' warnings about unusual certificates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _authority(response: TimeStampResponse, certificates: Iterable[Certificate]) -> str:
    signers = {(signer.issuer, signer.serial_number) for signer in response.signed_data.signer_infos}
    for certificate in certificates:
        if (certificate.issuer, certificate.serial_number) in signers:
            return printable(certificate.subject.rfc4514_string())
    return ""


def _certificates(response: TimeStampResponse) -> tuple[Certificate, ...]:
    from cryptography.x509 import load_der_x509_certificate

    return tuple(load_der_x509_certificate(der) for der in sorted(response.signed_data.certificates))


def _stamps(certificate: Certificate) -> bool:
    """Whether the certificate is for timestamps only, critically so (RFC 3161, 2.3)."""
    from cryptography.x509 import ExtendedKeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage)
    except _unreadable():
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _under(roots: Sequence[Certificate], candidates: Iterable[Certificate]) -> list[Certificate]:
    """Return the candidates that a root issued, directly or through other candidates.

    The library trusts every certificate it is given, and these come from the maker of the bundle.
    """
    chain: list[Certificate] = []
    rest = list(dict.fromkeys(candidates))
    while issued := [c for c in rest if any(_issued(c, issuer) for issuer in (*roots, *chain))]:
        chain += issued
        rest = [certificate for certificate in rest if certificate not in issued]
    return chain


def _issued(certificate: Certificate, by: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except _unreadable():
        return False
    return True
