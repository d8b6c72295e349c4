"""Whom this machine trusts: its own keys, those somebody pinned, and whatever is named for one check."""

from __future__ import annotations

from pathlib import Path

from handrail.evidence.keys.pinned_keys import pinned
from handrail.evidence.keys.signing_keys import read_key
from handrail.evidence.timestamps.authorities import known_roots, read_roots
from handrail.evidence.verify.verdict import Trust


def trust_here(home: Path, *, key: str | None = None, tsa_root: Path | None = None) -> Trust:
    """Return whom to trust, by the state folder `home`.

    `key`, a fingerprint or a public key's file, counts in place of every pinned one. Raises BadInput.
    """
    roots = read_roots(tsa_root, where="--tsa-root") if tsa_root else ()
    pins = pinned(home).values()
    live = frozenset(pin.fingerprint for pin in pins if pin.use == "live")
    demo = frozenset(pin.fingerprint for pin in pins if pin.use == "demo")
    if key is not None:
        # Naming a key that is for rehearsals here does not make it good for more.
        only = frozenset({read_key(key).fingerprint})
        live, demo = only - demo, only & demo
    return Trust(keys=live, demo_keys=demo, named_roots=roots, known_roots=known_roots(home))
