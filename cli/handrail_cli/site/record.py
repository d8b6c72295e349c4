"""handrail site record: write a page's skeleton to the state folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options
from handrail_cli.site import browser_visit

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext


def record(
    name: options.SiteName,
    page: Annotated[str, typer.Option(help=_("page to record, by its name in the site file"))],
    profile: options.Profile,
    url: browser_visit.Url = None,
    answers: browser_visit.Answers = None,
    headless: browser_visit.Headless = False,
    browser: options.Browser = None,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Record one page; never one that starts a clock."""
    from handrail.engine.site_checks.record_skeleton import recordable, recorded
    from handrail.sites import load_site, overlay_folder
    from handrail_cli.output import console

    home = options.state_folder(state)
    site = load_site(name, base=url, overlays=overlay_folder(home))
    recordable(site, page)

    async def look(run: RunContext) -> str:
        return await recorded(run, page, home)

    text = browser_visit.visit(
        site, profile, look, answers=answers, browser=browser, headless=headless, state=state, json=False
    )
    sys.stdout.write(text)
    from handrail.sites.anonymity.skeleton import skeleton_file

    console(stderr=True).print(
        _("Kept in {path}", path=skeleton_file(home, site, page)), style="dim", markup=False
    )
