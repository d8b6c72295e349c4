"""handrail site check: which locators of a site file still match on the live pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options
from handrail_cli.site import browser_visit

if TYPE_CHECKING:
    from handrail.engine.site_checks.site_check import PageChecked
    from handrail.sites import Site

_STYLES = {
    "resolves": "green",
    "missing": "bold red",
    "several": "bold red",
    "unknown-words": "bold red",
    "name-dropped": "bold red",
}


def check(
    name: options.SiteName,
    profile: Annotated[
        Path | None, typer.Option(help=_("the seller's profile; not needed with --skeleton"))
    ] = None,
    skeleton: Annotated[
        bool, typer.Option("--skeleton", help=_("look at the skeletons recorded here, and open no browser"))
    ] = False,
    url: browser_visit.Url = None,
    answers: browser_visit.Answers = None,
    headless: browser_visit.Headless = False,
    browser: options.Browser = None,
    json: options.Json = False,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Check a site file; exits with 0 if all locators match, 4 if a person must look."""
    from handrail.core.errors import BadInput
    from handrail.engine.site_checks.site_check import check_pages, check_skeletons, outcome
    from handrail.sites import load_site, overlay_folder
    from handrail_cli.output import print_json

    home = options.state_folder(state)
    site = load_site(name, base=url, overlays=overlay_folder(home))
    if skeleton:
        pages = check_skeletons(site, home)
    elif profile is None:
        raise BadInput(
            _("The profile says whose account must be signed in, and none is given."),
            hint=_("Name it with --profile FILE, or use --skeleton to look at what was recorded."),
            where="--profile",
        )
    else:
        pages = browser_visit.visit(
            site,
            profile,
            check_pages,
            answers=answers,
            browser=browser,
            headless=headless,
            state=state,
            json=json,
        )
    ended = outcome(pages)
    if json:
        checked = [page.as_json() for page in pages]
        print_json({"site": site.id, "exit_code": ended.exit_code, "pages": checked})
    else:
        _say(site, pages)
    raise typer.Exit(ended.exit_code)


def _say(site: Site, pages: list[PageChecked]) -> None:
    from rich.markup import escape

    from handrail.core.labels import label
    from handrail_cli.output import console
    from handrail_cli.tables import Column, show_table

    out = console()
    for page in pages:
        out.print(f"[bold]{escape(page.page)}[/]  {escape(site.pages[page.page].url or '')}")
        if page.why:
            out.print(f"  [bold red]✗[/] {escape(page.why)}")
        quiet = [place for place in page.places if place.finding in ("not-shown", "cannot-tell")]
        listed = [place for place in page.places if place not in quiet]
        show_table(
            out,
            [Column(copied=True), Column(), Column()],
            [(place.path, label("site-check", place.finding), label("sure", place.sure)) for place in listed],
            indent=2,
            styles=[("", _STYLES.get(place.finding, "dim"), "") for place in listed],
        )
        for finding in dict.fromkeys(place.finding for place in quiet):
            count = sum(place.finding == finding for place in quiet)
            out.print(
                _("  {count} more: {finding}", count=count, finding=label("site-check", finding)), style="dim"
            )
    wrong = sum(place.needs_person for page in pages for place in page.places) + sum(
        not page.reached for page in pages
    )
    out.print(
        _("Everything that should be there is there.")
        if not wrong
        else _("{count} of these need a person to look.", count=wrong),
        style="bold",
    )
