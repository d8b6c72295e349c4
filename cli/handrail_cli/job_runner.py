"""Run a job for `run` and `dry-run`: open the signing key, handle stopping, print the result."""

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
    from handrail_cli.early_browser import EarlyBrowser


T = TypeVar("T")


def run_and_print(job: Job, early: EarlyBrowser, *, json: bool) -> None:
    """Run the job, print the result, and exit with its code."""
    _start_browser(job, early)
    from handrail.engine.runner import run_flow

    _start_browser(job, early)
    if job.site.kind == "live":
        early.stop.let_through()  # a passphrase may be asked for
    job = _with_signer(job)
    with active_run(job) as entry:
        if not json:
            _how_to_stop(job, entry)
        todo = with_stops(job, entry)
        ended = stoppable(lambda: run_flow(todo, browser=early.process), entry, early)
        entry.ended(ended.bundle, ended.outcome.value)
    try:
        run_output.print_result(ended, json=json)
        sys.stdout.flush()
        output.print_stopped(entry.others_ended(), stderr=json)
    except OSError:
        # The reader of our output is gone; the exit code still counts.
        output.discard_output()
    raise typer.Exit(ended.outcome.exit_code)


def _start_browser(job: Job, early: EarlyBrowser) -> None:
    """Start the browser early, unless the phone number is asked about first: it may then stay closed."""
    from handrail.profile.phones import capability

    if capability(job.profile.contact.phone.value).can_text == "yes":
        early.start()


def active_run(job: Job) -> AbstractContextManager[ActiveRun]:
    """Keep an entry for this run, so that `handrail stop` finds it."""
    from handrail import active_runs

    home = job.home or job.state
    return active_runs.active_run(home, flow=job.flow, site=job.site.id, account=job.profile.account.name)


def with_stops(job: Job, entry: ActiveRun) -> Job:
    """Return the job with the ways to stop it: every run or, before those of other accounts, only this."""
    from dataclasses import replace

    from handrail.browser.stop_key import StopOffer
    from handrail_cli.terminal import TerminalOperator

    def others() -> int:
        runs = entry.of_other_accounts()
        output.print_runs_of_other_accounts(runs)
        return len(runs)

    offer = StopOffer(others, entry.stop_this)
    if isinstance(job.operator, TerminalOperator):
        job.operator.stop_offer = offer
    return replace(job, stop_all=entry.stop_all, stop_offer=offer)


def _how_to_stop(job: Job, entry: ActiveRun) -> None:
    from handrail_cli.terminal import TerminalOperator

    output.print_how_to_stop(asked_here=isinstance(job.operator, TerminalOperator), window=not job.headless)
    if not entry.seen_by_all:
        notice = _(
            "`handrail stop` reaches this run only with --state {folder}.", folder=job.home or job.state
        )
        output.console(stderr=True).print(notice, style="yellow", markup=False)


def _with_signer(job: Job) -> Job:
    """Open the signing key before the browser, and seal the evidence of killed runs."""
    from dataclasses import replace

    from handrail.engine.job import check
    from handrail.evidence.keys.signing_keys import signer_for
    from handrail_cli import passphrase
    from handrail_cli.seal_unfinished import seal_and_tell

    home = job.home or job.state
    if job.site.kind == "live":
        # Check first, so that nobody types a passphrase for a job that is refused.
        check(job)
    signer = signer_for(job.site.kind, home, passphrase.ask)
    seal_and_tell(job.out, home, signer)
    return replace(job, signer=signer)


def stoppable(
    work: Callable[[], Coroutine[object, object, T]], entry: ActiveRun, early: EarlyBrowser | None = None
) -> T:
    """Run a coroutine until it ends, or until Ctrl-C, SIGTERM or `handrail stop` cancels it."""
    import asyncio

    from handrail.core.signals import signals_cancel

    async def until_stopped() -> T:
        with signals_cancel(_hush) as stop:
            if early is not None and early.stop.came:
                stop()
            hearing = asyncio.create_task(entry.wait_for_stop(stop))
            try:
                return await work()
            finally:
                hearing.cancel()

    return asyncio.run(until_stopped()) if early is None else early.runner.run(until_stopped())


def _hush() -> None:
    """Silence errors of tasks that are cancelled from here on."""
    import asyncio
    import logging

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    logging.getLogger("playwright").disabled = True
