"""From a site file's `At` to Playwright locators, and to what a person may have meant instead."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import Any, Literal, cast

from playwright.async_api import Locator, Page

from handrail.sites.schema.base import Label
from handrail.sites.schema.locators import LocatorSpec, Status, Value
from handrail.sites.schema.site import Site


def locate(page: Page, site: Site, at: LocatorSpec, *, root: Page | Locator | None = None) -> Locator:
    """Return the visible elements this describes."""
    at = site.now(at)
    inside: Page | Locator = root if root is not None else page
    if at.within is not None:
        inside = locate(page, site, site.containers[at.within], root=root)
    found = _by_what_it_is(inside, site, at).filter(visible=True)
    return found.filter(has=locate(page, site, at.has)) if at.has else found


def _by_what_it_is(inside: Page | Locator, site: Site, at: LocatorSpec) -> Locator:
    if at.css is not None:
        found = inside.locator(at.css)
        return found if at.text is None else found.filter(has_text=wording(site, at.text, whole=False))
    if at.label is not None:
        return inside.get_by_label(wording(site, at.label))
    if at.role is None:
        assert at.text is not None  # noqa: S101  # the model asks for one of the four
        return inside.get_by_text(wording(site, at.text))
    role = cast(Any, at.role)
    found = (
        inside.get_by_role(role) if at.name is None else inside.get_by_role(role, name=wording(site, at.name))
    )
    return found if at.text is None else found.filter(has_text=wording(site, at.text, whole=False))


def wording(site: Site, label: Label, *, whole: bool = True) -> re.Pattern[str]:
    """One pattern for every wording in every language; a form's required mark may follow."""
    # Playwright writes the pattern between slashes, and leaves those inside as they are.
    words = "|".join(re.escape(word).replace("/", r"\/") for word in site.words(label))
    return re.compile(rf"^\s*(?:{words})\s*[*＊:：]?\s*$" if whole else words)


async def read(page: Page, site: Site, value: Value, *, root: Locator | None = None) -> str | None:
    """Return the value as the page shows it, or None where nothing is shown."""
    found = locate(page, site, value.at, root=root)
    if await found.count() == 0:
        return None
    return _matched(await _taken(found.first, value), value.match)


async def read_all(page: Page, site: Site, value: Value) -> list[str]:
    """Return every value shown: a list may hold the old one beside the new."""
    raws = await _all_taken(locate(page, site, value.at), value)
    return [found for raw in raws if (found := _matched(raw, value.match))]


async def _all_taken(found: Locator, value: Value) -> list[str]:
    if value.take == "text":
        return await found.all_inner_texts()
    if value.take == "value":
        return [await one.input_value() for one in await found.all()]
    return [await one.get_attribute("datetime") or "" for one in await found.all()]


async def _taken(found: Locator, value: Value) -> str:
    if value.take == "value":
        return await found.input_value()
    if value.take == "datetime":
        return await found.get_attribute("datetime") or ""
    return await found.inner_text()


def _matched(raw: str, pattern: str | None) -> str | None:
    raw = raw.strip()
    if pattern is None:
        return raw or None
    found = re.search(pattern, raw)
    if found is None:
        return None
    return str(found.groupdict().get("value") or found.group()).strip()


State = Literal["verified", "in-progress", "unverified"]


async def state(page: Page, site: Site, status: Status, values: list[str]) -> State | None:
    """Say how far the values shown are proven; None where the page uses no words we know."""
    if status.always is not None:
        return "verified" if values else "unverified"
    if status.unverified_when is not None:
        doubted = await locate(page, site, status.unverified_when).count() > 0
        return "verified" if values and not doubted else "unverified"
    # Each state is read whole: "Unverified" and "To be verified" hold "verified" too.
    texts = [] if status.at is None else await locate(page, site, status.at).all_inner_texts()
    said = {_meaning(site, status, text) for text in texts}
    # The least that any of them says is what holds of all.
    least: tuple[State | None, ...] = (None, "unverified", "in-progress", "verified")
    return next((one for one in least if one in said), None)


async def is_verified(page: Page, site: Site, status: Status, values: list[str]) -> bool | None:
    """Say whether the values shown are proven; None where the page uses no words we know."""
    shown = await state(page, site, status, values)
    return None if shown is None else shown == "verified"


def _meaning(site: Site, status: Status, text: str) -> State | None:
    words: dict[State, Label | None] = {
        "verified": status.verified,
        "in-progress": status.in_progress,
        "unverified": status.unverified,
    }
    for meaning, label in words.items():
        if label is not None and _plain(text) in map(_plain, site.words(label)):
            return meaning
    return None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


async def region(page: Page, site: Site, at: LocatorSpec) -> Locator:
    """Return where a place is to be looked for: its container, or the whole page where that is not there."""
    if at.within is not None:
        container = locate(page, site, site.containers[at.within])
        if await container.count() == 1:
            return container
    return page.locator("body")


@dataclass(frozen=True)
class Candidate:
    """Something on the page that might be what a moved label now is."""

    role: str
    name: str
    likeness: float
    """0 to 1, of its name to the wordings we know."""

    def __str__(self) -> str:
        return f'{self.role} "{self.name}" ({self.likeness:.0%})'


async def candidates(page: Page, site: Site, at: LocatorSpec, *, most: int = 3) -> list[Candidate]:
    """Return what the page shows of the same role, the most alike first; nothing is pressed."""
    at = site.now(at)
    role = at.role or ("textbox" if at.label is not None else None)
    label = at.name or at.label or at.text
    if role is None or label is None:
        return []
    snapshot = await (await region(page, site, at)).aria_snapshot()
    line = rf"""^\s*- '?{re.escape(role)} ("(?:[^"\\]|\\.)*")"""
    names = [str(json.loads(name)) for name in re.findall(line, snapshot, re.MULTILINE)]
    known = site.words(label)
    likeness = {
        name: max(difflib.SequenceMatcher(None, name.lower(), word.lower()).ratio() for word in known)
        for name in names
    }
    ranked = sorted(likeness, key=lambda name: -likeness[name])
    return [Candidate(role, name, likeness[name]) for name in ranked[:most]]
