"""Pinned keys: the fingerprints that this person trusts, in the state folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from filelock import FileLock, Timeout

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.files import write_private
from handrail.core.i18n import gettext as _

FORMAT = "handrail-pins/1"
"""The file's format; any other is refused."""

Use: TypeAlias = Literal["demo", "live"]
KeyPlace: TypeAlias = Literal["keyring", "encrypted-file", "plain-file"]

_FINGERPRINT = re.compile("[0-9a-f]{64}")
_PATIENCE_S = 10


@dataclass(frozen=True)
class Pin:
    """One trusted key."""

    fingerprint: str
    """The sha256 of the public key (SPKI, DER) in hex."""
    use: Use
    """demo: trusted for runs on the mock only; live: for every run."""
    own: bool
    """Whether the key was made here."""
    since: str
    """When it was pinned: RFC 3339 in UTC."""
    kept: KeyPlace | None = None
    """Where the private half is; None for somebody else's key and for a retired one."""
    public: str | None = None
    """The public key as PEM; None if only a fingerprint was given."""


def pinned(home: Path) -> Mapping[str, Pin]:
    """Return the pins in the state folder by fingerprint; BadInput if they cannot be read."""
    path = _file(home)
    try:
        record = json.loads(path.read_bytes())
        if record["format"] != FORMAT:
            raise ValueError("another layout")
        pins = [Pin(**entry) for entry in record["pins"]]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(
            _("The pinned keys at {path} cannot be read: {reason}.", path=path, reason=system(error)),
            hint=_("Mend its permissions, or choose another folder with --state DIR."),
            where=str(path),
        ) from None
    except (ValueError, TypeError, KeyError):
        raise BadInput(
            _("The pinned keys at {path} are not as they were written.", path=path),
            hint=_("Move the file away: your own keys are pinned again, others' you pin anew."),
            where=str(path),
        ) from None
    return {pin.fingerprint: pin for pin in pins}


def pin(home: Path, *pins: Pin) -> None:
    """Add pins or replace those with the same fingerprint, atomically.

    Raises BadInput if the state folder is not writable.
    """
    with locked(home):
        by_fingerprint = {**pinned(home), **{pin.fingerprint: pin for pin in pins}}
        record = {"format": FORMAT, "pins": [asdict(pin) for pin in by_fingerprint.values()]}
        write_private(_file(home), json.dumps(record, indent=2).encode() + b"\n")


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Lock the keys against other commands; BadInput if the folder is not writable."""
    folder = home / "keys"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / ".lock", timeout=_PATIENCE_S, mode=0o600):
            yield
    except Timeout:
        raise BadInput(
            _("Another command is at work on the keys in {folder}.", folder=folder),
            hint=_("Wait until it has ended, and run the same command again."),
        ) from None
    except OSError as error:
        raise unusable(home, error) from None


def retired(pin: Pin) -> Pin:
    """Return the pin of a retired key: what it signed stays trusted."""
    return replace(pin, kept=None)


def now() -> str:
    """Return the current time as pins state it: RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")[:-6] + "Z"


def read_fingerprint(text: str) -> str | None:
    """Return a fingerprint in lower-case hex, or None if the text is none.

    Colons, spaces, capitals and a leading `sha256:` are ignored.
    """
    plain = re.sub(r"[\s:]", "", text.lower().removeprefix("sha256:"))
    return plain if _FINGERPRINT.fullmatch(plain) else None


def unusable(home: Path, error: OSError) -> BadInput:
    """Return the error of a state folder that cannot keep keys."""
    return BadInput(
        _("The state folder {folder} cannot be used: {reason}.", folder=home, reason=system(error)),
        hint=_("Choose another folder with --state DIR, or mend its permissions."),
        where=str(home),
    )


def _file(home: Path) -> Path:
    return home / "keys" / "pins.json"
