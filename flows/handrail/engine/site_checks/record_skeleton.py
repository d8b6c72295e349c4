"""Recording a page's skeleton: opened and looked at, never a page that starts a clock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from handrail.core.errors import BadInput
from handrail.core.files import write_private
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import closest
from handrail.engine.context.stops import PageNotReady
from handrail.engine.page.navigation import open_page
from handrail.sites.anonymity.skeleton import skeleton, skeleton_file
from handrail.sites.anonymity.wording import Impersonal

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.sites.schema.site import Site


def recordable(site: Site, page: str) -> None:
    """Raise BadInput for a page the site file does not name, and for one that starts a clock."""
    if page not in site.pages:
        near = closest(page, list(site.pages))
        raise BadInput(
            _("The site file of {site} names no page {page}.", site=site.name, page=page),
            hint=_("Did you mean {name}?", name=near)
            if near
            else _("Its pages: {names}.", names=", ".join(site.pages)),
            where=f"--page {page}",
        )
    if site.pages[page].starts_clock:
        raise BadInput(
            _("Opening the page {page} starts a legal deadline, so it is never recorded.", page=page),
            hint=_("Record another page; this one is only opened by the flow, on your word."),
            where=f"--page {page}",
        )


async def recorded(run: RunContext, page: str, state: Path) -> str:
    """Open a page, keep its skeleton in the state folder, and return it."""
    recordable(run.site, page)
    if not await open_page(run, page):
        raise PageNotReady(_("The site leads elsewhere: the page {page} has nothing to show now.", page=page))
    snapshot = await run.view.page.locator("body").aria_snapshot()
    text = skeleton(snapshot, run.site, Impersonal(run.profile))
    write_private(skeleton_file(state, run.site, page), text.encode())
    return text
