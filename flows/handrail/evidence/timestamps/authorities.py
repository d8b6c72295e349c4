"""Ask time-stamping authorities (RFC 3161) in the background to stamp data."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handrail.core.error_text import system
from handrail.core.errors import BadInput, HandrailError
from handrail.core.i18n import gettext as _
from handrail.core.loopback import is_this_machine
from handrail.evidence.format.attestation import Kind
from handrail.evidence.format.findings import CheckFailed
from handrail.evidence.format.limits import LARGEST_TOKEN
from handrail.settings import SETTINGS

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest

    from handrail.evidence.timestamps.timestamp_token import Token
    from handrail.settings import Tsa


PATIENCE_S = 5.0
"""Seconds an authority has to answer."""


@dataclass(frozen=True)
class Authority:
    """One time-stamping authority."""

    url: str
    """Its URL."""
    roots: tuple[Certificate, ...] = ()
    """The roots its token must lead to; without any, every token is kept."""

    @property
    def host(self) -> str:
        """The host of its URL."""
        return urlsplit(self.url).hostname or self.url


@dataclass(frozen=True)
class Stamp:
    """One authority's answer."""

    authority: Authority
    """The authority asked."""
    token: Token | None
    """Its token; None if there is none."""
    why_not: str = ""
    """Why there is no token, in a sentence."""

    @property
    def data(self) -> bytes:
        """The whole reply, as it is kept."""
        assert self.token is not None  # noqa: S101  # callers check for a token first
        return self.token.response.as_bytes()


class TimestampError(HandrailError):
    """An authority gave no valid timestamp."""


def authorities_for(kind: Kind, home: Path) -> tuple[Authority, ...]:
    """Return the authorities for a run of this kind, by the settings.

    Raises BadInput where the settings, or a root they name, cannot be used.
    """
    chosen = [tsa for tsa in _set(home) if kind == "live" or tsa.dry_runs]
    return tuple(
        Authority(tsa.url, read_roots(tsa.roots, where="tsa.roots") if tsa.roots else ()) for tsa in chosen
    )


def known_roots(home: Path) -> tuple[Certificate, ...]:
    """Return the roots of all authorities in the settings: those trusted on this machine.

    Raises BadInput where the settings, or a root they name, cannot be used.
    """
    named = [tsa.roots for tsa in _set(home) if tsa.roots]
    return tuple(root for path in named for root in read_roots(path, where="tsa.roots"))


def read_roots(path: Path, *, where: str) -> tuple[Certificate, ...]:
    """Return the root certificates in a PEM file; BadInput, which names `where`, for what holds none."""
    from handrail.evidence.timestamps.timestamp_token import read_certificates

    try:
        return read_certificates(path.read_bytes())
    except OSError as error:
        message = _("{path} cannot be read: {why}.", path=path, why=system(error))
    except ValueError:
        message = _("{path} holds no certificate in PEM.", path=path)
    raise BadInput(message, hint=_("Name the file that holds the authority's root certificate."), where=where)


def _set(home: Path) -> tuple[Tsa, ...]:
    if not (home / SETTINGS).is_file():
        return ()
    # Without settings, as for most verifiers, the library that reads them is not loaded.
    from handrail.settings import load_settings

    return load_settings(home).tsa


class Asking:
    """Several authorities, asked to stamp the same data at the same time."""

    def __init__(self, data: bytes, authorities: Sequence[Authority], patience_s: float = PATIENCE_S) -> None:
        """Ask every authority in a thread of its own; an answer after `patience_s` counts as none."""
        self._patience_s = patience_s
        self._until = time.monotonic() + patience_s
        self._open = {authority: Future[Stamp]() for authority in authorities}
        for authority, answer in self._open.items():
            # A daemon: an authority that never answers must not keep the process alive.
            threading.Thread(target=partial(_ask, data, authority, answer), daemon=True).start()

    def answers(self, patience_s: float) -> list[Stamp]:
        """Return the answers since the last call, after waiting up to `patience_s` for all of them."""
        remaining = self._until - time.monotonic()
        wait(self._open.values(), max(0, min(patience_s, remaining)))
        answered = {authority: answer.result() for authority, answer in self._open.items() if answer.done()}
        if patience_s >= remaining:
            late = _("it did not answer within {seconds} seconds", seconds=f"{self._patience_s:g}")
            answered |= {who: Stamp(who, None, late) for who in self._open.keys() - answered.keys()}
        self._open = {who: answer for who, answer in self._open.items() if who not in answered}
        return list(answered.values())


def _ask(data: bytes, authority: Authority, answer: Future[Stamp]) -> None:
    try:
        answer.set_result(Stamp(authority, stamp(data, authority)))
    except TimestampError as refused:
        answer.set_result(Stamp(authority, None, refused.message))
    except BaseException as mistake:  # a bug of ours: raised where the answer is read
        answer.set_exception(mistake)


def stamp(data: bytes, authority: Authority) -> Token:
    """Ask one authority to timestamp the data; the message of a TimestampError ends a sentence."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    from handrail.evidence.timestamps.timestamp_token import read_token

    request = TimestampRequestBuilder(data, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    reply = _post(authority.url, request)
    try:
        token = read_token(authority.host, reply, data)
    except CheckFailed as refused:
        raise TimestampError(_WHY.get(refused.reason.code, _no_stamp)()) from None
    if token.response.tst_info.nonce != request.nonce:
        raise TimestampError(_("its answer is to another question"))
    if authority.roots and not token.trusted(authority.roots, ()):
        raise TimestampError(_("its answer does not lead to the root certificate that is set for it"))
    return token


def _post(url: str, request: TimeStampRequest) -> bytes:
    import urllib.request
    from http.client import HTTPException

    # A server on this machine is asked without a proxy.
    proxies = urllib.request.ProxyHandler({} if is_this_machine(urlsplit(url).hostname or "") else None)
    asking = urllib.request.Request(  # noqa: S310  # the settings allow http and https only
        url, request.as_bytes(), {"Content-Type": "application/timestamp-query"}, method="POST"
    )
    try:
        with urllib.request.build_opener(proxies).open(asking, timeout=PATIENCE_S) as answer:
            reply: bytes = answer.read(LARGEST_TOKEN + 1)
    except TimeoutError:
        raise TimestampError(
            _("it did not answer within {seconds} seconds", seconds=f"{PATIENCE_S:g}")
        ) from None
    except (OSError, HTTPException) as error:
        raise TimestampError(_reason_text(error)) from None
    if len(reply) > LARGEST_TOKEN:
        raise TimestampError(_no_stamp())
    return reply


def _reason_text(error: Exception) -> str:
    from urllib.error import HTTPError, URLError

    if isinstance(error, HTTPError):
        return _("it answers with status {status}", status=error.code)
    if isinstance(error, URLError) and isinstance(error.reason, OSError):
        reason = system(error.reason)
    else:
        reason = system(error) if isinstance(error, OSError) else type(error).__name__
    return _("it could not be asked: {reason}", reason=reason)


def _no_stamp() -> str:
    return _("its answer is no timestamp")


_WHY = {
    "stamp-other": lambda: _("its answer is of something else"),
    "stamp-hash": lambda: _("its answer is of something else"),
    "stamp-eku": lambda: _("its certificate is not for timestamps"),
}


def chain_of(stamps: Sequence[Stamp]) -> bytes:
    """Return the certificates of the tokens as PEM, each once, as OpenSSL takes them."""
    from cryptography.hazmat.primitives.serialization import Encoding

    tokens = [stamp.token for stamp in stamps if stamp.token is not None]
    certificates = dict.fromkeys(certificate for token in tokens for certificate in token.certificates)
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
