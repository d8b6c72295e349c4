"""Sealing what killed runs left behind, before anything else is done in their folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.evidence.format.attestation import Kind
    from handrail.evidence.keys.signer import Signer


def seal_and_tell(out: Path, home: Path, signer: Signer | None = None) -> None:
    """Seal what lies unfinished under `out` and say so; a signer that is open already is used again.

    Nobody is asked for a passphrase, and nothing that goes wrong here stops the command.
    """
    from functools import partial

    from handrail.evidence.keys.signing_keys import signer_for
    from handrail.evidence.recording.recovery import seal_left_behind
    from handrail.evidence.timestamps.authorities import authorities_for
    from handrail_cli.output import console

    def choose(kind: Kind) -> Signer:
        fits = signer is not None and signer.demo == (kind != "live")
        return signer if signer is not None and fits else signer_for(kind, home)

    for one in seal_left_behind(out, choose, partial(authorities_for, home=home)):
        talk = console(stderr=True)
        talk.print(one.told, style="yellow", markup=False)
        if one.why:
            talk.print(f"  {one.why}", style="dim", markup=False)
