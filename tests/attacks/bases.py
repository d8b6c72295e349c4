"""The good bundles that every attack begins with."""

from __future__ import annotations

from pathlib import Path

import forgery
from authority import Authority
from moves import Lab

from handrail.evidence.keys.signer import Signer


def good_bundles(folder: Path) -> tuple[dict[str, Path], Lab]:
    """Record and seal bundles of three kinds with one key; return them with what attacks are made with."""
    owner, authority = forgery.new_signer(), Authority(folder / "authority")
    stamped, other = (forgery.good_bundle(folder, owner) for _each in range(2))
    for bundle in (stamped, other):
        forgery.stamp(bundle, owner, authority)
    bases = {
        "plain": forgery.good_bundle(folder, owner),
        "stamped": stamped,
        # The same key: it is for rehearsals, and should not have signed this.
        "live": forgery.good_bundle(folder, Signer(owner.key, demo=False), kind="live"),
    }
    return bases, Lab(owner, forgery.new_signer(), authority, Authority(folder / "rogue"), other)
