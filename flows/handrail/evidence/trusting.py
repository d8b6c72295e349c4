"""Whom this machine trusts: its own keys, those somebody pinned, and whatever is named for one check."""

from __future__ import annotations

from pathlib import Path

from handrail.evidence.keys import read_key
from handrail.evidence.pins import pinned
from handrail.evidence.stamps import known_roots, read_roots
from handrail.evidence.verdict import Trust


def trust_here(home: Path, *, key: str | None = None, tsa_root: Path | None = None) -> Trust:
    """Return whom to trust, by the state folder `home`.

    `key`, a fingerprint or a public key's file, counts in place of every pinned one. Raises BadInput.
    """
    named, known = read_roots(tsa_root, where="--tsa-root") if tsa_root else (), known_roots(home)
    if key is not None:
        return Trust(keys=frozenset({read_key(key).fingerprint}), named_roots=named, known_roots=known)
    pins = pinned(home).values()
    return Trust(
        keys=frozenset(pin.fingerprint for pin in pins if pin.use == "live"),
        demo_keys=frozenset(pin.fingerprint for pin in pins if pin.use == "demo"),
        named_roots=named,
        known_roots=known,
    )
