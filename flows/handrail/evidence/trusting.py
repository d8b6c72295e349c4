"""Whom this machine trusts: its own keys, those somebody pinned, and whatever is named for one check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from handrail.errors import BadInput
from handrail.evidence.keys import read_key
from handrail.evidence.pins import pinned
from handrail.evidence.times import read_certificates
from handrail.evidence.verdict import Trust
from handrail.i18n import gettext as _
from handrail.reasons import system

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def trust_here(home: Path, *, key: str | None = None, tsa_root: Path | None = None) -> Trust:
    """Return whom to trust, by the state folder `home`.

    `key`, a fingerprint or a public key's file, counts in place of every pinned one. Raises BadInput.
    """
    roots = _read_roots(tsa_root) if tsa_root else ()
    if key is not None:
        return Trust(keys=frozenset({read_key(key).fingerprint}), named_roots=roots)
    pins = pinned(home).values()
    return Trust(
        keys=frozenset(pin.fingerprint for pin in pins if pin.use == "live"),
        demo_keys=frozenset(pin.fingerprint for pin in pins if pin.use == "demo"),
        named_roots=roots,
    )


def _read_roots(path: Path) -> tuple[Certificate, ...]:
    try:
        roots = read_certificates(path.read_bytes())
    except OSError as error:
        raise BadInput(
            _("{path} cannot be read: {why}.", path=path, why=system(error)),
            hint=_("Name the file that holds the authority's root certificate."),
            where="--tsa-root",
        ) from None
    except ValueError:
        raise BadInput(
            _("{path} holds no certificate in PEM.", path=path),
            hint=_("Name the file that holds the authority's root certificate."),
            where="--tsa-root",
        ) from None
    return roots
