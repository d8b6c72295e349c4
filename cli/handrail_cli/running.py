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

    ended = asyncio.run(_stoppable(job))
    try:
        output.result(ended, json=json)
        sys.stdout.flush()
    except OSError:
        # Whoever read our output has gone; the exit code still tells.
        output.nobody_reads()
    raise typer.Exit(ended.outcome.exit_code)


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
