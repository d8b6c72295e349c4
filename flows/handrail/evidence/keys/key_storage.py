"""Store the seller's private key in the system's keyring, else in a file encrypted with a passphrase."""

from __future__ import annotations

import base64
import json
import os
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.files import write_private
from handrail.core.i18n import gettext as _
from handrail.evidence.keys.pinned_keys import KeyPlace, Pin, unusable

if TYPE_CHECKING:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from handrail.evidence.keys.signer import Signer

Ask: TypeAlias = Callable[[bool], str | None]
"""Ask the person for the passphrase (True: for a new one); None if nobody can be asked."""

PASSPHRASE_FILE = "HANDRAIL_PASSPHRASE_FILE"  # noqa: S105  # a variable's name, no password
"""The environment variable with the path of a passphrase file."""

ROTATE = "`handrail evidence key rotate`"

_SERVICE = "handrail"
_TRIES = 3
_FORMAT = "handrail-key/1"
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
"""Scrypt's cost as in OWASP's Password Storage Cheat Sheet: 128 MiB, a third of a second."""


class PassphraseWrong(BadInput):
    """The key file does not open with this passphrase."""


def keep(home: Path, signer: Signer, ask: Ask) -> KeyPlace:
    """Store a new key, and return where: in the keyring if there is one, else in an encrypted file.

    Raises BadInput if there is neither a keyring nor a passphrase.
    """
    if _keyring_keeps(signer):
        return "keyring"
    path = _file(home, signer.fingerprint)
    passphrase = _given() or ask(True)
    if passphrase is None:
        raise _no_passphrase(
            _("This machine has no keyring to keep the signing key in, and no passphrase was given.")
        )
    try:
        write_private(path, _locked(signer.private_pem, passphrase))
    except OSError as error:
        raise unusable(home, error) from None
    return "encrypted-file"


def fetch(home: Path, pin: Pin, ask: Ask) -> Ed25519PrivateKey:
    """Return the private half of an own key.

    Raises BadInput if the keyring refuses it, or the right passphrase is not given.
    """
    if pin.kept == "keyring":
        return _from_keyring(pin.fingerprint)
    path = _file(home, pin.fingerprint)
    if (passphrase_given := _given()) is not None:
        return _unlocked(path, passphrase_given)
    for _again in range(_TRIES):
        passphrase = ask(False)
        if passphrase is None:
            raise _no_passphrase(_("The signing key at {path} needs its passphrase.", path=path))
        try:
            return _unlocked(path, passphrase)
        except PassphraseWrong as wrong:
            last = wrong
    raise last


def forget(home: Path, pin: Pin) -> None:
    """Delete the private half of a retired key."""
    import keyring
    from keyring.errors import KeyringError

    if pin.kept == "keyring":
        # The old key may be missing or locked: often that is why there is a new one.
        with suppress(KeyringError, RuntimeError):
            keyring.delete_password(_SERVICE, pin.fingerprint)
    else:
        _file(home, pin.fingerprint).unlink(missing_ok=True)


def _keyring_keeps(signer: Signer) -> bool:
    import keyring
    from keyring.errors import KeyringError

    text = signer.private_pem.decode()
    try:
        keyring.set_password(_SERVICE, signer.fingerprint, text)
        # A disabled keyring accepts a key and does not store it.
        return keyring.get_password(_SERVICE, signer.fingerprint) == text
    except (KeyringError, RuntimeError):
        return False


def _from_keyring(fingerprint: str) -> Ed25519PrivateKey:
    import keyring
    from keyring.errors import KeyringError

    try:
        text = keyring.get_password(_SERVICE, fingerprint)
    except (KeyringError, RuntimeError) as error:
        raise _keyring_refuses(error) from None
    if text is None:
        raise BadInput(
            _("The system's keyring no longer holds the signing key {key}.", key=fingerprint[:16]),
            hint=_("Unlock the keyring it was made in, or make a new key with {command}.", command=ROTATE),
        )
    return _loaded(text.encode())


def _keyring_refuses(error: Exception) -> BadInput:
    return BadInput(
        _("The system's keyring does not give out the signing key: {reason}.", reason=str(error).rstrip(".")),
        hint=_("Unlock the keyring and run the same command again."),
    )


def _given() -> str | None:
    named = os.environ.get(PASSPHRASE_FILE)
    if not named:
        return None
    try:
        text = Path(named).read_text("utf-8").partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise BadInput(
            _("The passphrase file {path} cannot be read: {reason}.", path=named, reason=system(error)),
            hint=_("Name a file that holds the passphrase in its first line."),
            where=PASSPHRASE_FILE,
        ) from None
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise BadInput(
            _("The passphrase file {path} holds no passphrase.", path=named),
            hint=_("Name a file that holds the passphrase in its first line."),
            where=PASSPHRASE_FILE,
        )
    return text


def _no_passphrase(sentence: str) -> BadInput:
    return BadInput(
        sentence,
        hint=_(
            "Run the command at a terminal, which asks for one, or put one in a file only you can read "
            "and name it in {variable}.",
            variable=PASSPHRASE_FILE,
        ),
        where=PASSPHRASE_FILE,
    )


def _unlocked(path: Path, passphrase: str) -> Ed25519PrivateKey:
    from cryptography.fernet import InvalidToken

    try:
        return _loaded(_opened(path.read_bytes(), passphrase))
    except OSError as error:
        raise BadInput(
            _("The signing key at {path} cannot be read: {reason}.", path=path, reason=system(error)),
            hint=_("Put it back from a copy, or make a new key with {command}.", command=ROTATE),
            where=str(path),
        ) from None
    except (ValueError, KeyError, TypeError):
        raise BadInput(
            _("The signing key at {path} is not as it was written.", path=path),
            hint=_("Put it back from a copy, or make a new key with {command}.", command=ROTATE),
            where=str(path),
        ) from None
    except InvalidToken:
        raise PassphraseWrong(
            _("The signing key at {path} does not open with this passphrase.", path=path),
            hint=_("Give the passphrase it was made with, or make a new key with {command}.", command=ROTATE),
            where=str(path),
        ) from None


def _locked(plain: bytes, passphrase: str) -> bytes:
    salt = os.urandom(16)
    token = _box(passphrase, salt, _SCRYPT).encrypt(plain)
    record = {"format": _FORMAT, "scrypt": _SCRYPT, "salt": salt.hex(), "token": token.decode()}
    return json.dumps(record, indent=2).encode() + b"\n"


def _opened(data: bytes, passphrase: str) -> bytes:
    record = json.loads(data)
    if record["format"] != _FORMAT or record["scrypt"] != _SCRYPT:
        raise ValueError("another layout")
    return _box(passphrase, bytes.fromhex(record["salt"]), _SCRYPT).decrypt(record["token"])


def _box(passphrase: str, salt: bytes, cost: dict[str, int]) -> Fernet:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # Keyboards differ in whether an accented letter is one character or two.
    typed = unicodedata.normalize("NFC", passphrase).encode()
    return Fernet(base64.urlsafe_b64encode(Scrypt(salt=salt, length=32, **cost).derive(typed)))


def _loaded(pem: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("another kind of key")
    return key


def _file(home: Path, fingerprint: str) -> Path:
    return home / "keys" / f"{fingerprint[:16]}.json"
