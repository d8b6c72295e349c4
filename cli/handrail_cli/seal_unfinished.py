"""Seal the evidence of killed runs before a new run starts in the same folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.evidence.format.attestation import Kind
    from handrail.evidence.keys.signer import Signer


def seal_and_tell(out: Path, home: Path, signer: Signer | None = None) -> None:
    """Seal the evidence of killed runs under `out` and print what was done; reuse an open signer.

    Asks nobody for a passphrase, and no failure here stops the command.
    """
    from functools import partial

    from handrail.evidence.keys.signing_keys import signer_for
    from handrail.evidence.recording.recovery import seal_unfinished
    from handrail.evidence.timestamps.authorities import authorities_for
    from handrail_cli.output import console

    def choose(kind: Kind) -> Signer:
        fits = signer is not None and signer.demo == (kind != "live")
        return signer if signer is not None and fits else signer_for(kind, home)

    for run in seal_unfinished(out, choose, partial(authorities_for, home=home)):
        talk = console(stderr=True)
        talk.print(run.message, style="yellow", markup=False)
        if run.why:
            talk.print(f"  {run.why}", style="dim", markup=False)
