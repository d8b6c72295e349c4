"""handrail run: a flow on a site, with a person at its side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options


def run(
    flow: options.Flow,
    site: Annotated[str, typer.Option(help=_("site to run on, by name or site file"), metavar="NAME|FILE")],
    profile: options.Profile,
    url: Annotated[
        str | None,
        typer.Option(help=_("where a mock or test site listens on this machine"), metavar="LOOPBACK-BASE"),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help=_("answers instead of a person's; only for sites on this machine")),
    ] = None,
    assist: options.Assist = None,
    notice_date: options.NoticeDate = None,
    rehearse: Annotated[
        bool,
        typer.Option("--rehearse", help=_("read, compare and fill on the real site, and let nothing out")),
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help=_("without a window"))] = False,
    browser: options.Browser = None,
    lang: options.Lang = None,
    out: options.Out = options.DEFAULT_OUT,
    state: options.State = None,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Walk a verification on a site."""
    from handrail_cli.early_browser import EarlyBrowser

    with EarlyBrowser(browser, headless=headless) as early:
        from handrail.engine.job import Job
        from handrail.operator.answers_file import load_answers
        from handrail.operator.scripted import ScriptedOperator
        from handrail.profile.model import load_profile
        from handrail.registry import find_flow
        from handrail.sites import load_site, overlay_folder
        from handrail_cli.job_runner import run_and_print
        from handrail_cli.progress import progress_printer
        from handrail_cli.terminal import TerminalOperator

        find_flow(flow)
        home = options.state_folder(state)
        where = load_site(site, base=url, overlays=overlay_folder(home))
        run_and_print(
            Job(
                flow=flow,
                site=where,
                profile=load_profile(profile),
                operator=ScriptedOperator(load_answers(answers), where) if answers else TerminalOperator(),
                out=out,
                state=home,
                browser=browser,
                assist=assist,
                notice_date=notice_date.date() if notice_date else None,
                headless=headless,
                rehearse=rehearse,
                watch=progress_printer(quiet=json, verbose=verbose, asked_here=answers is None),
            ),
            early,
            json=json,
        )
