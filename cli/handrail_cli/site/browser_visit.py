"""Shared by `site check` and `site record`: their options, and opening the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.sites import Site

T = TypeVar("T")

Url = Annotated[
    str | None,
    typer.Option(help=_("where a mock or test site listens on this machine"), metavar="LOOPBACK-BASE"),
]
Answers = Annotated[
    Path | None, typer.Option(help=_("answers instead of a person's; only for sites on this machine"))
]
Headless = Annotated[bool, typer.Option("--headless", help=_("without a window"))]


def visit(
    site: Site,
    profile: Path,
    look: Callable[[RunContext], Awaitable[T]],
    *,
    answers: Path | None,
    browser: Path | None,
    headless: bool,
    state: Path | None,
    json: bool,
) -> T:
    """Open a browser on the site, and return the result of `look`; Ctrl-C ends it."""
    import asyncio

    from handrail.engine.context.stops import NeedsPerson
    from handrail.engine.job import Job
    from handrail.engine.site_checks.visit import visiting
    from handrail.operator.answers_file import load_answers
    from handrail.operator.scripted import ScriptedOperator
    from handrail.profile.model import load_profile
    from handrail_cli import output
    from handrail_cli.job_runner import active_run, stoppable, with_stops
    from handrail_cli.progress import progress_printer
    from handrail_cli.terminal import TerminalOperator

    home = options.state_folder(state)
    job = Job(
        flow="visit",
        site=site,
        profile=load_profile(profile),
        operator=ScriptedOperator(load_answers(answers), site) if answers else TerminalOperator(),
        out=home,
        state=home,
        browser=browser,
        headless=headless,
        rehearse=True,
        watch=progress_printer(quiet=json, verbose=False, asked_here=answers is None),
    )

    async def looked(job: Job) -> T:
        async with visiting(job) as run:
            return await look(run)

    try:
        with active_run(job) as entry:
            try:
                stopped_by = with_stops(job, entry)
                return stoppable(lambda: looked(stopped_by), entry)
            except asyncio.CancelledError:
                entry.ended(None, NeedsPerson.outcome.value)
                raise
    except asyncio.CancelledError:
        output.print_stopped(entry.others_ended(), stderr=True)
        raise NeedsPerson(_("Stopped by the person."), hint=_("Nothing was pressed or kept.")) from None
