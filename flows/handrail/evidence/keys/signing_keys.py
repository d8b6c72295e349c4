"""Signing keys: the demo key and the seller's own, each made on first use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.files import write_private
from handrail.core.i18n import gettext as _
from handrail.evidence.format.attestation import Kind
from handrail.evidence.keys.key_storage import ROTATE, Ask, fetch, forget, keep
from handrail.evidence.keys.pinned_keys import (
    KeyPlace,
    Pin,
    Use,
    locked,
    now,
    pin,
    pinned,
    read_fingerprint,
    retired,
    unusable,
)
from handrail.evidence.keys.signer import Signer, fingerprint, public_pem


def demo_signer(home: Path) -> Signer:
    """Return the demo key, made on first use; nobody is asked for anything.

    It is stored unencrypted, and only signs runs on the mock. Raises BadInput if it cannot be
    read or written.
    """
    path = home / "keys" / "demo.pem"
    key = _read_plain(home, path) or _make_plain(home, path)
    signer = Signer(key, demo=True)
    if signer.fingerprint not in pinned(home):
        pin(home, _own_pin(signer, "demo", "plain-file"))
    return signer


def live_signer(home: Path, ask: Ask) -> Signer:
    """Return the seller's own key, made on first use; `ask` asks for its passphrase if it has one.

    Raises BadInput if it cannot be stored or opened.
    """
    current = live_pin(home)
    if current is None:
        return new_live_signer(home, ask)
    signer = Signer(fetch(home, current, ask), demo=False)
    if signer.fingerprint != current.fingerprint:
        raise BadInput(
            _("The signing key that is kept is not the one pinned, {key}.", key=current.fingerprint[:16]),
            hint=_("Make a new key with {command}; what was sealed stays valid.", command=ROTATE),
        )
    return signer


def new_live_signer(home: Path, ask: Ask) -> Signer:
    """Replace the seller's own key; bundles signed by the old one stay trusted.

    Raises BadInput if the new key cannot be stored.
    """
    before = live_pin(home)
    signer = Signer(Ed25519PrivateKey.generate(), demo=False)
    pin(home, _own_pin(signer, "live", keep(home, signer, ask)), *([retired(before)] if before else []))
    if before is not None:
        forget(home, before)
    return signer


def live_pin(home: Path) -> Pin | None:
    """Return the pin of the key that signs live runs; None before the first."""
    return next((pin for pin in pinned(home).values() if pin.own and pin.use == "live" and pin.kept), None)


def live_public(home: Path, ask: Ask) -> tuple[Pin, str]:
    """Return the pin and the public key (PEM) of the seller's own key, made on first use.

    The private half stays locked. Raises BadInput if a new key cannot be stored.
    """
    if live_pin(home) is None:
        new_live_signer(home, ask)
    current = live_pin(home)
    assert current is not None and current.public is not None  # noqa: S101  # own pins always have one
    return current, current.public


def pin_other(home: Path, key: str) -> Pin:
    """Pin somebody else's key, given as a public key file (PEM) or a fingerprint.

    Raises BadInput for anything else.
    """
    new = read_key(key)
    current = pinned(home).get(new.fingerprint)
    if current is None or (current.public is None and new.public is not None):
        current = new if current is None else replace(current, public=new.public)
        pin(home, current)
    return current


def read_key(text: str) -> Pin:
    """Read a public key file (PEM) or a fingerprint; BadInput for anything else."""
    if printed := read_fingerprint(text):
        return Pin(printed, "live", own=False, since=now())
    path = Path(text)
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise BadInput(
            _("{text} is no fingerprint, and no file to read: {reason}.", text=text, reason=system(error)),
            hint=_("A fingerprint has 64 characters, 0 to 9 and a to f; a public key file is PEM."),
            where=text,
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(
            _("{path} is no Ed25519 public key in PEM.", path=path),
            hint=_("Ask its owner for the file that `handrail evidence key export` writes."),
            where=text,
        )
    return Pin(fingerprint(key), "live", own=False, since=now(), public=public_pem(key).decode())


def signer_for(kind: Kind, home: Path, ask: Ask = lambda _new: None) -> Signer:
    """Return the key that signs runs of this kind; `ask` is used for live runs only.

    Raises BadInput if the key cannot be stored or opened.
    """
    return live_signer(home, ask) if kind == "live" else demo_signer(home)


def _own_pin(signer: Signer, use: Use, kept: KeyPlace) -> Pin:
    public = signer.public_pem.decode()
    return Pin(signer.fingerprint, use, own=True, since=now(), kept=kept, public=public)


def _make_plain(home: Path, path: Path) -> Ed25519PrivateKey:
    with locked(home):
        # Another run may have made it meanwhile.
        key = _read_plain(home, path)
        if key is None:
            key = Ed25519PrivateKey.generate()
            write_private(path, Signer(key, demo=True).private_pem)
    return key


def _read_plain(home: Path, path: Path) -> Ed25519PrivateKey | None:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(home, error) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(
            _("The key at {path} cannot be read.", path=path),
            hint=_("Move the file away: a new one is made for the next rehearsal."),
            where=str(path),
        )
    return key
