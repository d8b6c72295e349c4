"""handrail dry-run: the same flow and engine, against a mock marketplace of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail.core.i18n import language
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.sites.schema.base import Level
    from handrail_fixtures.serve import MockSite


def dry_run(
    flow: options.Flow,
    scenario: Annotated[
        str, typer.Option(help=_("scenario to play, by name or file"), metavar="NAME|FILE")
    ] = "ok",
    profile: Annotated[Path | None, typer.Option(help=_("profile to use; else the sample seller's"))] = None,
    assist: options.Assist = None,
    notice_date: options.NoticeDate = None,
    attend: Annotated[bool, typer.Option("--attend", help=_("answer the prompts yourself"))] = False,
    headed: Annotated[bool, typer.Option("--headed", help=_("show the browser window"))] = False,
    browser: options.Browser = None,
    lang: options.Lang = None,
    out: options.Out = options.DEFAULT_OUT,
    state: options.State = None,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Rehearse on the mock marketplace."""
    from handrail.browser.screen import require_screen
    from handrail_cli.early_browser import EarlyBrowser

    if headed:
        require_screen()
    with EarlyBrowser(browser, headless=not headed) as early:
        from tempfile import TemporaryDirectory

        from handrail.core.files import writable_folder
        from handrail.engine.job import Job
        from handrail.operator.scripted import ScriptedOperator
        from handrail.profile.model import load_profile
        from handrail.registry import find_flow
        from handrail.sites import load_site, overlay_folder
        from handrail_cli.job_runner import run_and_print
        from handrail_cli.progress import progress_printer
        from handrail_cli.terminal import TerminalOperator
        from handrail_fixtures.scenario import for_flow
        from handrail_fixtures.serve import MockSite

        find_flow(flow)
        played = for_flow(flow, scenario)
        if attend and not headed:
            _refuse_without_window(signed_in=played.start.signed_in, assist=assist)
        seller = load_profile(profile, played.profile) if profile else played.seller()
        folder = writable_folder(options.state_folder(state), option="--state")
        # One's own profile is rehearsed on one's own account.
        portal = MockSite(played, seller=seller if profile else None)
        # The mock is new each time, so its ledger is too: it goes with the run.
        with TemporaryDirectory(prefix="dry-run-", dir=folder) as own_state, portal as mock:
            # What was learned of a scenario holds for that scenario: the next one words its pages otherwise.
            learned = overlay_folder(folder / "rehearsed" / f"{flow}-{Path(scenario).stem}")
            site = load_site("mock", base=mock.url, overlays=learned)
            phone = f"{mock.url}/_mock/phone?lang={language()}"
            if attend:
                _print_phone(mock, phone, headed=headed, signed_in=played.start.signed_in)
            run_and_print(
                Job(
                    flow=flow,
                    site=site,
                    profile=seller,
                    operator=TerminalOperator() if attend else ScriptedOperator(played.answers(), site),
                    out=out,
                    state=Path(own_state),
                    home=folder,
                    browser=browser,
                    assist=assist,
                    notice_date=notice_date.date() if notice_date else None,
                    headless=not headed,
                    second_tab=phone if attend else None,
                    watch=progress_printer(quiet=json, verbose=verbose, asked_here=attend),
                ),
                early,
                json=json,
            )


def _refuse_without_window(*, signed_in: bool, assist: Level | None) -> None:
    """Raise BadInput if a person could do nothing without a window; else say what they cannot do."""
    from handrail.core.errors import BadInput
    from handrail_cli.output import console

    if not signed_in or assist in {"guide", "fill"}:
        raise BadInput(
            _("--attend needs a window: you sign in, and press what is yours to press, on the page."),
            hint=_(
                "Add --headed to the same command. Without a desktop, give it a screen: "
                "`xvfb-run -a handrail dry-run … --attend --headed`."
            ),
            where="--attend",
        )
    note = _("No window is shown: with --headed you can sign in and act on the page yourself.")
    console(stderr=True).print(note, style="yellow")


def _print_phone(mock: MockSite, phone: str, *, headed: bool, signed_in: bool) -> None:
    """Print how to sign in on the mock, and where its messages arrive."""
    from handrail_cli.output import console

    talk = console(stderr=True)
    if not signed_in:
        username, password = mock.credentials
        text = _("Sign in as {username} with the password {password}.", username=username, password=password)
        talk.print(text, style="bold", markup=False, highlight=False)
    where = (
        _("Your practice phone is in the window's second tab: {url}", url=phone)
        if headed
        else _("Your practice phone: {url}", url=phone)
    )
    talk.print(where, style="bold", markup=False, highlight=False, soft_wrap=True)
    talk.print(_("Codes arrive at {url}/_mock/outbox.", url=mock.url), style="dim", markup=False)
