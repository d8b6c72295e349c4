"""What the two verbs that run a flow have in common: start it, stop it with evidence, print how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from handrail_cli import output

if TYPE_CHECKING:
    from handrail.walk.run import Job


T = TypeVar("T")


def walk_and_print(job: Job, *, json: bool) -> None:
    """Run the job to its end, print the result, and leave with its exit code."""
    from handrail.walk.run import run_flow

    job = _with_signer(job)
    if not json:
        output.how_to_stop()
    ended = stoppable(
        lambda: run_flow(job),
        home=job.home or job.state,
        flow=job.flow,
        site=job.site.id,
        left=lambda result: (result.bundle, result.outcome.value),
    )
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


def stoppable(
    work: Callable[[], Coroutine[object, object, T]],
    *,
    home: Path,
    flow: str,
    site: str,
    left: Callable[[T], tuple[Path | None, str]] | None = None,
) -> T:
    """Do the work until it ends, or until Ctrl-C, SIGTERM or `handrail stop` cancels it.

    `left` says what a run leaves, for whoever told it to stop: the bundle and the outcome.
    """
    import asyncio

    from handrail.portable import signals_cancel
    from handrail.stopping import standing

    with standing(home, flow=flow, site=site) as here:

        async def until_stopped() -> T:
            with signals_cancel(_hush) as stop:
                hearing = asyncio.create_task(here.heard(stop))
                try:
                    return await work()
                finally:
                    hearing.cancel()

        ended = asyncio.run(until_stopped())
        if left is not None:
            here.ended(*left(ended))
        return ended


def _hush() -> None:
    """Keep what breaks off from here on, as it is meant to, from the person's terminal."""
    import asyncio
    import logging

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    logging.getLogger("playwright").disabled = True
