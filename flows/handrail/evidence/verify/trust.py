"""The keys and roots that a check trusts: the pinned ones, or those named on the command line."""

from __future__ import annotations

from pathlib import Path

from handrail.evidence.keys.pinned_keys import pinned
from handrail.evidence.keys.signing_keys import read_key
from handrail.evidence.timestamps.authorities import known_roots, read_roots
from handrail.evidence.verify.verdict import Trust


def trust_here(home: Path, *, key: str | None = None, tsa_root: Path | None = None) -> Trust:
    """Return the keys and roots to trust, from the state folder `home`.

    `key`, a fingerprint or a public key file, replaces the pinned keys. Raises BadInput.
    """
    roots = read_roots(tsa_root, where="--tsa-root") if tsa_root else ()
    pins = pinned(home).values()
    live = frozenset(pin.fingerprint for pin in pins if pin.use == "live")
    demo = frozenset(pin.fingerprint for pin in pins if pin.use == "demo")
    if key is not None:
        # A demo key stays a demo key, even when it is named.
        only = frozenset({read_key(key).fingerprint})
        live, demo = only - demo, only & demo
    return Trust(keys=live, demo_keys=demo, named_roots=roots, known_roots=known_roots(home))
