"""Turn a LocatorSpec into a Playwright locator, read values, and list similar elements."""

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
    """Return the visible elements that match the spec."""
    at = site.current(at)
    scope: Page | Locator = root if root is not None else page
    if at.within is not None:
        scope = locate(page, site, site.containers[at.within], root=root)
    elements = _by_kind(scope, site, at).filter(visible=True)
    return elements.filter(has=locate(page, site, at.has)) if at.has else elements


def _by_kind(root: Page | Locator, site: Site, at: LocatorSpec) -> Locator:
    if at.css is not None:
        elements = root.locator(at.css)
        return elements if at.text is None else elements.filter(has_text=wording(site, at.text, whole=False))
    if at.label is not None:
        return root.get_by_label(wording(site, at.label))
    if at.role is None:
        assert at.text is not None  # noqa: S101  # the model asks for one of the four
        return root.get_by_text(wording(site, at.text))
    role = cast(Any, at.role)
    elements = (
        root.get_by_role(role) if at.name is None else root.get_by_role(role, name=wording(site, at.name))
    )
    return elements if at.text is None else elements.filter(has_text=wording(site, at.text, whole=False))


def wording(site: Site, label: Label, *, whole: bool = True) -> re.Pattern[str]:
    """Return one pattern for all wordings in all languages; a form's required mark may follow."""
    # Playwright writes the pattern between slashes, and leaves those inside as they are.
    alternatives = "|".join(re.escape(word).replace("/", r"\/") for word in site.words(label))
    return re.compile(rf"^\s*(?:{alternatives})\s*[*＊:：]?\s*$" if whole else alternatives)


async def read(page: Page, site: Site, value: Value, *, root: Locator | None = None) -> str | None:
    """Return the value shown on the page, or None."""
    elements = locate(page, site, value.at, root=root)
    if await elements.count() == 0:
        return None
    return _match(await _take(elements.first, value), value.match)


async def read_all(page: Page, site: Site, value: Value) -> list[str]:
    """Return all values shown: a list may show the old one beside the new."""
    raws = await _take_all(locate(page, site, value.at), value)
    return [text for raw in raws if (text := _match(raw, value.match))]


async def _take_all(elements: Locator, value: Value) -> list[str]:
    if value.take == "text":
        return await elements.all_inner_texts()
    if value.take == "value":
        return [await element.input_value() for element in await elements.all()]
    return [await element.get_attribute("datetime") or "" for element in await elements.all()]


async def _take(element: Locator, value: Value) -> str:
    if value.take == "value":
        return await element.input_value()
    if value.take == "datetime":
        return await element.get_attribute("datetime") or ""
    return await element.inner_text()


def _match(raw: str, pattern: str | None) -> str | None:
    raw = raw.strip()
    if pattern is None:
        return raw or None
    match = re.search(pattern, raw)
    if match is None:
        return None
    return str(match.groupdict().get("value") or match.group()).strip()


State = Literal["verified", "in-progress", "unverified"]


async def state(page: Page, site: Site, status: Status, values: list[str]) -> State | None:
    """Return the verification state of the values shown; None if the page's words are unknown."""
    if status.always is not None:
        return "verified" if values else "unverified"
    if status.unverified_when is not None:
        is_doubted = await locate(page, site, status.unverified_when).count() > 0
        return "verified" if values and not is_doubted else "unverified"
    # Words are compared as a whole: "Unverified" contains "verified", too.
    texts = [] if status.at is None else await locate(page, site, status.at).all_inner_texts()
    states = {_meaning(site, status, text) for text in texts}
    # Of several states, the least holds for all.
    least: tuple[State | None, ...] = (None, "unverified", "in-progress", "verified")
    return next((candidate for candidate in least if candidate in states), None)


async def is_verified(page: Page, site: Site, status: Status, values: list[str]) -> bool | None:
    """Whether the values shown are verified; None if the page's words are unknown."""
    shown_state = await state(page, site, status, values)
    return None if shown_state is None else shown_state == "verified"


def _meaning(site: Site, status: Status, text: str) -> State | None:
    labels: dict[State, Label | None] = {
        "verified": status.verified,
        "in-progress": status.in_progress,
        "unverified": status.unverified,
    }
    for named_state, label in labels.items():
        if label is not None and _plain(text) in map(_plain, site.words(label)):
            return named_state
    return None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


async def region(page: Page, site: Site, at: LocatorSpec) -> Locator:
    """Return the element to look in: the spec's container, or the whole page if that is missing."""
    if at.within is not None:
        container = locate(page, site, site.containers[at.within])
        if await container.count() == 1:
            return container
    return page.locator("body")


@dataclass(frozen=True)
class Candidate:
    """An element that may be what a changed label now names."""

    role: str
    name: str
    likeness: float
    """0 to 1: how similar its name is to the known wordings."""

    def __str__(self) -> str:
        return f'{self.role} "{self.name}" ({self.likeness:.0%})'


async def candidates(page: Page, site: Site, at: LocatorSpec, *, most: int = 3) -> list[Candidate]:
    """Return elements of the same role, the most similar first; nothing is pressed."""
    at = site.current(at)
    role = at.role or ("textbox" if at.label is not None else None)
    label = at.name or at.label or at.text
    if role is None or label is None:
        return []
    snapshot = await (await region(page, site, at)).aria_snapshot()
    line = rf"""^\s*- '?{re.escape(role)} ("(?:[^"\\]|\\.)*")"""
    names = [str(json.loads(name)) for name in re.findall(line, snapshot, re.MULTILINE)]
    known_words = site.words(label)
    likeness = {
        name: max(difflib.SequenceMatcher(None, name.lower(), word.lower()).ratio() for word in known_words)
        for name in names
    }
    ranked = sorted(likeness, key=lambda name: -likeness[name])
    return [Candidate(role, name, likeness[name]) for name in ranked[:most]]
