"""Reasons why a bundle does not verify, each with a code for machines and a sentence for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from handrail.core.i18n import lazy
from handrail.core.time_format import readable

MOST = 100
"""The most reasons kept, so that a malicious bundle cannot flood the terminal."""

_LONGEST = 200
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_SENTENCES: dict[str, str] = {
    "not-a-bundle": lazy("This is no evidence bundle: nothing that a bundle is made of is in it."),
    "unreadable": lazy("{where} cannot be read: {why}."),
    "changed-meanwhile": lazy("{where} changed while it was being read."),
    "too-many-files": lazy("There are more files than a bundle may have ({most})."),
    "too-large": lazy("{where} is larger than it may be ({most} bytes)."),
    "not-regular": lazy("{where} is neither a regular file nor a folder of the bundle: a link or a device."),
    "extra-folder": lazy("{where} is a folder that no bundle has."),
    "bad-name": lazy("{where} is a name that no file of a bundle has."),
    "unlisted": lazy("{where} is in the bundle, but SHA256SUMS does not list it."),
    "missing": lazy("{where} is missing."),
    "unsealed": lazy("The bundle is not sealed: attestation.dsse.json is missing."),
    "zip-no-end": lazy("This is no zip file, or something stands after its end."),
    "zip-comment": lazy("The zip file carries a comment."),
    "zip-64": lazy("The zip file is larger than its plain form can be, or says so."),
    "zip-split": lazy("The zip file says that it is one part of several."),
    "zip-directory": lazy("The zip file's directory is not whole, or not where the file says."),
    "zip-gap": lazy("The zip file's entries do not stand one after the other at {where}."),
    "zip-headers-differ": lazy("The zip file says two different things of {where}."),
    "zip-encrypted": lazy("{where} is encrypted."),
    "zip-flags": lazy("{where} has a zip flag that evidence does not use."),
    "zip-compressed": lazy("{where} is compressed; evidence is stored as it is."),
    "zip-extra": lazy("{where} carries extra fields or a comment."),
    "zip-name": lazy("{where} is a name that no file of a bundle has."),
    "zip-twins": lazy("{where} stands twice, or only letters' case or form tells two names apart."),
    "zip-not-a-file": lazy("{where} is no regular file."),
    "zip-crc": lazy("{where} does not match its own checksum."),
    "no-line-feed": lazy("{where} does not end with a line feed."),
    "not-canonical": lazy("{where} is not as Handrail writes it: {why}."),
    "envelope": lazy("The attestation is not of the form that a seal has."),
    "second-signature": lazy("The attestation does not have exactly one signature."),
    "payload-type": lazy("The attestation says that it signs something else."),
    "base64": lazy("The attestation's base64 is not in its one canonical form."),
    "key-unreadable": lazy("signer.pub.pem is not one Ed25519 key in its canonical form."),
    "keyid": lazy("The attestation names another key than signer.pub.pem."),
    "signature": lazy("The signature does not match what it signs."),
    "statement": lazy("What was signed is no statement about a bundle of this version."),
    "sums-changed": lazy("SHA256SUMS is not the one that was signed."),
    "manifest-changed": lazy("manifest.json is not the one that was signed."),
    "sums-format": lazy("SHA256SUMS is not in its one form at line {line}."),
    "sums-name": lazy("SHA256SUMS names a file that no bundle has, at line {line}: {where}."),
    "sums-order": lazy("SHA256SUMS is not sorted, or lists a file twice, at line {line}."),
    "file-changed": lazy("{where} is not as it was when it was sealed."),
    "manifest": lazy("manifest.json is not of the form that this version has."),
    "manifest-differs": lazy("manifest.json and the signed statement differ about {where}."),
    "artifact-list": lazy("manifest.json and SHA256SUMS differ about {where}."),
    "genesis-differs": lazy("The log's first event and the signed statement differ about {where}."),
    "sealed-by": lazy("The log does not end with the seal of the key that signed."),
    "line-cut": lazy("The log's last line is cut short."),
    "line-long": lazy("Line {line} of the log is longer than a line may be."),
    "line": lazy("Line {line} of the log is not as Handrail writes it: {why}."),
    "not-an-event": lazy("Line {line} of the log is no event."),
    "chain": lazy("The log's line before line {line} was changed, moved or removed."),
    "place": lazy("Line {line} of the log is not in its place."),
    "time-backwards": lazy("Time runs backwards at line {line} of the log."),
    "event-time": lazy("Line {line} of the log has no time that can be read."),
    "chain-end": lazy("The log does not end where the signed statement says it does."),
    "artifact-never": lazy("{where} is in the bundle, but no event of the log mentions it."),
    "artifact-twice": lazy("{where} is mentioned by the log more than once."),
    "artifact-absent": lazy("The log mentions {where}, which SHA256SUMS does not list."),
    "artifact-differs": lazy("The log and SHA256SUMS differ about {where}."),
    "facts-differ": lazy("{where} and the log differ about what was captured."),
    "picture-cut": lazy("{where} is no whole PNG picture."),
    "picture-chunk": lazy("{where} holds something that is no part of a picture."),
    "picture-alpha": lazy("{where} has transparency, which can hide what looks painted over."),
    "picture-after-end": lazy("{where} goes on after the picture's end."),
    "picture-size": lazy("{where} is not of the size that was recorded."),
    "mask-outside": lazy("A place painted over lies outside its picture {where}."),
    "stamp-unreadable": lazy("The timestamp {where} cannot be read."),
    "stamp-hash": lazy("The timestamp {where} is over a hash that is not SHA-256."),
    "stamp-other": lazy("The timestamp {where} is of something else."),
    "stamp-eku": lazy("The timestamp {where} is not by a certificate that is for timestamps."),
    "stamp-untrusted": lazy("The timestamp {where} does not lead to a root that is trusted here."),
    "event-after-stamp": lazy("An event says {event}, which is after the timestamp of {stamp}."),
    "event-before-stamp": lazy("An event says {event}, which is before the timestamp of {stamp}."),
    "demo-key": lazy("A key that is for rehearsals only has signed a live run."),
    "wrong-id": lazy("This is another bundle than {expected}."),
    "no-trusted-time": lazy("No trusted timestamp proves when this was sealed."),
    "no-timestamp": lazy("No authority has stamped it."),
    "stamp-unknown": lazy("It is stamped by an authority that is not known here."),
    "signer-not-pinned": lazy("The signer's key is not one that is pinned here."),
    "incomplete": lazy("The run did not get to its end."),
    "waits-for-person": lazy("The run waits for a person."),
}


@dataclass(frozen=True)
class Reason:
    """One thing that is wrong, or worth knowing."""

    code: str
    """What it is, for machines: it does not change between versions or languages."""
    sentence: str
    """The same for a person, safe to print."""
    where: str
    """The file it is about, safe to print; empty where it is about none."""


class CheckFailed(Exception):
    """A bundle, or a file of it, is not what it has to be."""

    def __init__(self, code: str, where: str = "", **values: object) -> None:
        super().__init__(code)
        self.reason = reason(code, where, **values)
        """What is wrong."""


class Findings:
    """The reasons why a bundle does not verify, in the order they were found."""

    def __init__(self) -> None:
        self._reasons: list[Reason] = []

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons, at most MOST of them."""
        return tuple(self._reasons)

    def add(self, code: str, where: str = "", **values: object) -> None:
        """Add a reason."""
        if len(self._reasons) < MOST:
            self._reasons.append(reason(code, where, **values))

    def extend(self, reasons: tuple[Reason, ...]) -> None:
        """Add reasons that were found elsewhere."""
        self._reasons.extend(reasons[: MOST - len(self._reasons)])

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Add the reason of a CheckFailed raised in the block, and end the block there."""
        try:
            yield
        except CheckFailed as refused:
            self.extend((refused.reason,))

    def __bool__(self) -> bool:
        return bool(self._reasons)


def reason(code: str, where: str = "", **values: object) -> Reason:
    """Return a reason in the language in use; its values are made safe to print."""
    safe = {key: printable(_as_text(value)) for key, value in values.items()}
    place = printable(where)
    return Reason(code, str(_SENTENCES[code]).format(where=place, **safe), place)


def _as_text(value: object) -> str:
    return readable(value, seconds=True) if isinstance(value, datetime) else str(value)


def printable(text: str, longest: int = _LONGEST) -> str:
    r"""Return a text that cannot control a terminal: control and direction characters as \u{…}."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return "".join(_escaped(c) if unicodedata.category(c) in _STEERING else c for c in cut)


def _escaped(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
