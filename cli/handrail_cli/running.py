"""What the two verbs that run a flow have in common: start it, stop it with evidence, print how it ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from handrail_cli import output

if TYPE_CHECKING:
    from handrail.walk.result import RunResult
    from handrail.walk.run import Job


def walk_and_print(job: Job, *, json: bool) -> None:
    """Run the job to its end, print the result, and leave with its exit code."""
    import asyncio

    ended = asyncio.run(_stoppable(_with_signer(job)))
    try:
        output.result(ended, json=json)
        sys.stdout.flush()
    except OSError:
        # Whoever read our output has gone; the exit code still tells.
        output.nobody_reads()
    raise typer.Exit(ended.outcome.exit_code)


def _with_signer(job: Job) -> Job:
    """Open the key that seals, asking for its passphrase before any browser opens; seal what lies about."""
    from dataclasses import replace

    from handrail.evidence.keys import signer_for
    from handrail.walk.run import check
    from handrail_cli import passphrase
    from handrail_cli.left_behind import seal_and_tell

    home = job.home or job.state
    if job.site.kind == "live":
        # Nobody types a passphrase for a run that is refused afterwards.
        check(job)
    signer = signer_for(job.site.kind, home, passphrase.ask)
    seal_and_tell(job.out, home, signer)
    return replace(job, signer=signer)


async def _stoppable(job: Job) -> RunResult:
    from handrail.portable import signals_cancel
    from handrail.walk.run import run_flow

    with signals_cancel(_hush):
        return await run_flow(job)


def _hush() -> None:
    """Keep what breaks off from here on, as it is meant to, from the person's terminal."""
    import asyncio
    import logging

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    logging.getLogger("playwright").disabled = True
