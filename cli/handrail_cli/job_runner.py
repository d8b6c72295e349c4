"""What the two verbs that run a flow have in common: start it, stop it with evidence, print how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import output, run_output

if TYPE_CHECKING:
    from handrail.active_runs import ActiveRun
    from handrail.engine.job import Job


T = TypeVar("T")


def walk_and_print(job: Job, *, json: bool) -> None:
    """Run the job to its end, print the result, and leave with its exit code."""
    from dataclasses import replace

    from handrail.engine.runner import run_flow

    job = _with_signer(job)
    with active_run(job) as here:
        if not json:
            _how_to_stop(job, here)
        ended = stoppable(lambda: run_flow(replace(job, stop_all=here.stop_all)), here)
        here.ended(ended.bundle, ended.outcome.value)
    try:
        run_output.result(ended, json=json)
        sys.stdout.flush()
        output.stopped(here.others_ended(), stderr=json)
    except OSError:
        # Whoever read our output has gone; the exit code still tells.
        output.nobody_reads()
    raise typer.Exit(ended.outcome.exit_code)


def active_run(job: Job) -> AbstractContextManager[ActiveRun]:
    """Stand as this job's run, where `handrail stop` sees it."""
    from handrail import active_runs

    home = job.home or job.state
    return active_runs.active_run(home, flow=job.flow, site=job.site.id, account=job.profile.account.name)


def _how_to_stop(job: Job, here: ActiveRun) -> None:
    from handrail_cli.terminal import TerminalOperator

    output.how_to_stop(asked_here=isinstance(job.operator, TerminalOperator), window=not job.headless)
    if not here.seen_by_all:
        told = _("`handrail stop` reaches this run only with --state {folder}.", folder=job.home or job.state)
        output.console(stderr=True).print(told, style="yellow", markup=False)


def _with_signer(job: Job) -> Job:
    """Open the key that seals, asking for its passphrase before any browser opens; seal what lies about."""
    from dataclasses import replace

    from handrail.engine.job import check
    from handrail.evidence.keys.signing_keys import signer_for
    from handrail_cli import passphrase
    from handrail_cli.seal_unfinished import seal_and_tell

    home = job.home or job.state
    if job.site.kind == "live":
        # Nobody types a passphrase for a run that is refused afterwards.
        check(job)
    signer = signer_for(job.site.kind, home, passphrase.ask)
    seal_and_tell(job.out, home, signer)
    return replace(job, signer=signer)


def stoppable(work: Callable[[], Coroutine[object, object, T]], here: ActiveRun) -> T:
    """Do the work until it ends, or until Ctrl-C, SIGTERM or the word to stop cancels it."""
    import asyncio

    from handrail.core.signals import signals_cancel

    async def until_stopped() -> T:
        with signals_cancel(_hush) as stop:
            hearing = asyncio.create_task(here.wait_for_stop(stop))
            try:
                return await work()
            finally:
                hearing.cancel()

    return asyncio.run(until_stopped())


def _hush() -> None:
    """Keep what breaks off from here on, as it is meant to, from the person's terminal."""
    import asyncio
    import logging

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    logging.getLogger("playwright").disabled = True
