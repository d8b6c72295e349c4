"""Turn a site file's labels into wordings for a person to look for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from handrail.core.i18n import gettext as _
from handrail.guide.model import Watch, Wording
from handrail.sites.schema.actions import Press
from handrail.sites.schema.base import Label
from handrail.sites.schema.guide import GuideEntry
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site


def wording(site: Site, label: Label) -> Wording:
    """Return what a label says in both languages, and how sure each of them is."""
    text = site.text(label)
    sure = text.sure or "ours"
    return Wording(_once(text.en), _once(text.zh), sure, text.sure_zh or sure, text.source or "")


def wording_of(site: Site, at: LocatorSpec | None) -> Wording | None:
    """Return a locator's wording, or its container's; None if neither has one."""
    if at is None:
        return None
    label = at.name or at.label or at.text
    if label is None:
        return wording_of(site, site.containers[at.within]) if at.within else None
    return wording(site, label)


def wordings(site: Site, places: Iterable[LocatorSpec | Label | None]) -> tuple[Wording, ...]:
    """Return the wordings of several places and labels, each once."""
    each = (_wording_at(site, place) for place in places)
    return tuple(dict.fromkeys(known for known in each if known is not None))


def _wording_at(site: Site, place: LocatorSpec | Label | None) -> Wording | None:
    if place is None or isinstance(place, LocatorSpec):
        return wording_of(site, place)
    return wording(site, place)


def watched(site: Site, presses: Iterable[Press | None], known: GuideEntry | None) -> tuple[Watch, ...]:
    """Return the messages that may follow these presses, except success, each once."""
    return tuple(dict.fromkeys(_watched(site, presses, known)))


def link(site: Site, page: str | None) -> str | None:
    """Return a page's address, if it is one of the site's own over https and starts no clock."""
    url = site.pages[page].url if page is not None and not site.pages[page].starts_clock else None
    if url is None:
        return None
    address = site.base + url
    parts = urlsplit(address)
    return address if parts.scheme == "https" and parts.hostname in site.hosts else None


def _watched(site: Site, presses: Iterable[Press | None], known: GuideEntry | None) -> Iterator[Watch]:
    then = _then()
    for press in presses:
        for outcome, seen in press.outcomes.items() if press else ():
            message = wording_of(site, seen.see)
            if outcome in then and message is not None:
                yield Watch(message, then[outcome])
    for outcome, label in known.says.items() if known else ():
        if outcome in then:
            yield Watch(wording(site, label), then[outcome])


def _then() -> dict[str, str]:
    """Return what each outcome other than success means for a person."""
    return {
        "refused": _(
            "The site would not do it. Do not press again and again: compare what you typed once more, "
            "wait some hours, then try once."
        ),
        "wrong-code": _("Compare the code with the message once more. Every wrong one is a try less."),
        "expired": _("Ask for one new code, and use only that one."),
        "locked": _("Leave it alone until the time that the page names; trying on makes it longer."),
        "throttled": _("Leave it alone for some hours; trying on makes it longer."),
        "exhausted": _(
            "No try is left. Order and change nothing more; write to the marketplace's support, "
            "with the dates and your screenshots."
        ),
        "checking": _("The site is looking at it. Nothing more is to be done until it says how it ended."),
    }


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what differs from an earlier one only in capitals."""
    return tuple({word.casefold(): word for word in reversed(words)}.values())[::-1]
