"""Whom this machine trusts: its own keys, those somebody pinned, and whatever is named for one check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from handrail.evidence.keys import read_key
from handrail.evidence.pins import pinned
from handrail.evidence.stamps import known_roots, read_roots
from handrail.evidence.verdict import Trust

if TYPE_CHECKING:
    pass


def trust_here(home: Path, *, key: str | None = None, tsa_root: Path | None = None) -> Trust:
    """Return whom to trust, by the state folder `home`.

    `key`, a fingerprint or a public key's file, counts in place of every pinned one. Raises BadInput.
    """
    roots = read_roots(tsa_root, where="--tsa-root") if tsa_root else ()
    if key is not None:
        only = frozenset({read_key(key).fingerprint})
        return Trust(keys=only, named_roots=roots, known_roots=known_roots(home))
    pins = pinned(home).values()
    return Trust(
        known_roots=known_roots(home),
        keys=frozenset(pin.fingerprint for pin in pins if pin.use == "live"),
        demo_keys=frozenset(pin.fingerprint for pin in pins if pin.use == "demo"),
        named_roots=roots,
    )
