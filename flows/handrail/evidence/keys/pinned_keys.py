"""Pins: the keys this person trusts, their own and others', kept as fingerprints in the state folder."""

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
"""What the file calls itself, so that another layout is refused."""

Use: TypeAlias = Literal["demo", "live"]
Kept: TypeAlias = Literal["keyring", "encrypted-file", "plain-file"]

_FINGERPRINT = re.compile("[0-9a-f]{64}")
_PATIENCE_S = 10


@dataclass(frozen=True)
class Pin:
    """One key that is trusted."""

    fingerprint: str
    """The sha256 of the public key (SPKI, DER) in hex."""
    use: Use
    """demo: it vouches for rehearsals on a machine and never for a real marketplace; live: for anything."""
    own: bool
    """Whether the key was made here."""
    since: str
    """When it was pinned: RFC 3339 in UTC."""
    kept: Kept | None = None
    """Where the private half is; None for another's key and for one that has been replaced."""
    public: str | None = None
    """The public key as PEM; None where only a fingerprint was given."""


def pinned(home: Path) -> Mapping[str, Pin]:
    """Return the pins in the state folder by fingerprint; BadInput where they cannot be read."""
    path = _file(home)
    try:
        kept = json.loads(path.read_bytes())
        if kept["format"] != FORMAT:
            raise ValueError("another layout")
        pins = [Pin(**one) for one in kept["pins"]]
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
    """Add pins, or replace those of the same fingerprint, whole or not at all.

    Raises BadInput where the state folder takes no files.
    """
    with locked(home):
        known = {**pinned(home), **{one.fingerprint: one for one in pins}}
        record = {"format": FORMAT, "pins": [asdict(one) for one in known.values()]}
        write_private(_file(home), json.dumps(record, indent=2).encode() + b"\n")


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Keep other commands off the keys meanwhile; BadInput where the folder takes no files."""
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


def retired(one: Pin) -> Pin:
    """Return the pin of a key that signs no more: what it has signed stays trusted."""
    return replace(one, kept=None)


def now() -> str:
    """Return the time as a pin says it."""
    return datetime.now(UTC).isoformat(timespec="seconds")[:-6] + "Z"


def read_fingerprint(text: str) -> str | None:
    """Return a fingerprint in the form it is kept in, or None for a text that is none.

    Colons, spaces and capitals are as good as without, and so is a `sha256:` before it.
    """
    plain = re.sub(r"[\s:]", "", text.lower().removeprefix("sha256:"))
    return plain if _FINGERPRINT.fullmatch(plain) else None


def unusable(home: Path, error: OSError) -> BadInput:
    """Say that the state folder cannot keep keys."""
    return BadInput(
        _("The state folder {folder} cannot be used: {reason}.", folder=home, reason=system(error)),
        hint=_("Choose another folder with --state DIR, or mend its permissions."),
        where=str(home),
    )


def _file(home: Path) -> Path:
    return home / "keys" / "pins.json"
