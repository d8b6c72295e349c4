"""Load one of the site's pages: by its address, or by the person where nobody has published it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from playwright.async_api import Error, Response

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson, PageNotReady, Waiting, in_minutes, retry_after
from handrail.operator import Prompt
from handrail.operator.prompts import done_or_stop

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_NAVIGATION_MS = 45_000
_BLANK = "about:blank"
_HELD = "ERR_BLOCKED_BY_CLIENT"
"""How the browser says that the gate, or the fence, has let nothing out."""
_BUSY = {500, 502, 503, 504}
_THROTTLED = 429


async def load_page(run: RunContext, name: str) -> None:
    """Load a page; where it does not come, it is asked for a few times more."""
    await run.journal.step(f"open {name}", "read", partial(_load, run, name), policy="page")


async def _load(run: RunContext, name: str) -> None:
    page = run.site.pages[name]
    _refuse_what_starts_a_clock(run, name)
    if page.url is not None:
        await _go_to(run, name, page.url)
        return
    if run.view.page.url == _BLANK:
        await _go_to(run, name, "/")
    await _have_person_go(run, name)


def _refuse_what_starts_a_clock(run: RunContext, name: str) -> None:
    if run.site.pages[name].starts_clock:
        raise NeedsPerson(
            _("The page {page} starts a legal deadline and is never opened by itself.", page=name),
            hint=_("Run the same command again: it goes the whole way to it."),
        )
    if run.rehearsing and run.site.leads_to_a_hidden_clock(name):
        raise NeedsPerson(
            _(
                "The page {page} is left out: one press further a deadline starts, nobody knows where.",
                page=name,
            ),
            hint=_("Only a real run goes there, once everything has been compared."),
        )


async def _go_to(run: RunContext, name: str, path: str) -> None:
    url = run.site.base + path
    try:
        response = await run.view.page.goto(url, wait_until="load", timeout=_NAVIGATION_MS)
    except Error as error:
        raise _not_opened(url, error.message.splitlines()[0]) from None
    if response is not None:
        run.journal.event("navigate", page=name, url=run.view.address, status=response.status)
        _check_status(run, response)
    for interruption in run.site.interruptions:
        if interruption.kind == "unavailable" and await run.view.is_seen(interruption.see):
            raise PageNotReady(_("{site} says it is unavailable.", site=run.site.name))


def _not_opened(url: str, reason: str) -> NeedsPerson | PageNotReady:
    if _HELD in reason:
        return NeedsPerson(
            _("{url} leads on to a page that has an effect when it is opened; it was held back.", url=url),
            hint=_("Look in your own browser at what the site wants there, before anything is opened."),
            where=url,
        )
    return PageNotReady(
        _("{url} could not be opened: {reason}.", url=url, reason=reason),
        hint=_("See whether the site opens in your own browser, then run the same command again."),
        where=url,
    )


def _check_status(run: RunContext, response: Response) -> None:
    if response.status in _BUSY:
        raise PageNotReady(
            _(
                "{site} answered {status}: it is not available now.",
                site=run.site.name,
                status=response.status,
            ),
            hint=_("Nothing was sent; run the same command again later."),
            where=response.url.split("?")[0],
        )
    if response.status == _THROTTLED:
        header = response.headers.get("retry-after")
        raise Waiting(
            _("{site} says there were too many requests.", site=run.site.name),
            until=retry_after(header) or in_minutes(15),
            until_from="site" if header else "handrail",
            ends_run=True,
        )


async def _have_person_go(run: RunContext, name: str) -> None:
    """Have the person bring the browser to a page whose address nobody has published."""
    page, site = run.site.pages[name], run.site
    own_label = page.anchor.name or page.anchor.text
    labels = [site.called(label) for label in (*page.path, *([own_label] if own_label else []))]
    way = " › ".join(dict.fromkeys(labels)) or name
    sentences = [
        _(
            "Nobody has published the address of this page. Go there in the browser window: {way}.",
            way=way,
        )
    ]
    if site.leads_to_a_hidden_clock(name):
        sentences.append(_("Stop there: press nothing on it. The next page starts a legal deadline."))
    already_there = await run.view.anchor(name).count() > 0
    if already_there:
        sentences.append(_("You stand on it: load it anew by its own link, then say so."))
    known = run.view.any_of([page.anchor, *(interruption.see for interruption in site.interruptions)])
    await run.journal.require(
        Prompt("go-to", together(*sentences), choices=done_or_stop()),
        NeedsPerson(
            _("Nobody went to the page {page}.", page=way),
            hint=_("Run the same command again when you can bring the browser there."),
        ),
        until=None if already_there else known.first.wait_for(timeout=0),
    )
    run.journal.event("navigate", page=name, url=run.view.address, status=None)
