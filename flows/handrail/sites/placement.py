"""Which page each locator of a site file belongs to, and whether it must always be visible there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handrail.sites.schema.actions import Pending
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.base import Text
from handrail.sites.schema.certification import CertificationSpec
from handrail.sites.schema.locators import LocatorSpec, Status
from handrail.sites.schema.site import Site, tree

_ORDER = ("guess", "reported", "seen", "ours")
_ALWAYS = re.compile(
    r"pages\.[^.]+\.anchor|identity\.at|stores\.card|contact\.[^.]+\.(?:value|status)\.at|address\.[^.]+\.status\.at"
    r"|certify\.items\.[^.]+\.(?:value|status)\.at"
)
"""Locators always visible on their page; the others appear at times."""
_ONE_ONLY = re.compile(r"(?:^|\.)(?:press|field|fields\.[^.]+|at|choose|tick\.\d+|reveal\.\d+|open)$")
"""Locators that must match one element only."""

_TOGETHER = re.compile(r"address\.[^.]+\.shown\b|certify\.items\.[^.]+\.parts\b|certify\.(?=(?:not-)?asked$)")
"""Groups of which at least one locator must match: an address's parts, `asked` and `not-asked`."""
_NOT_ALONE = re.compile(r"containers\.|interruptions\.|stores\.(?:name|asks)$|.*\.(?:outcomes|has)\b")
"""Locators inside another one, or visible only for a moment."""


@dataclass(frozen=True)
class PlacedLocator:
    """One locator of a site file with its page."""

    path: str
    """Its key path in the site file, such as contact.phone.field."""
    at: LocatorSpec
    page: str
    always: bool
    """Whether it is always visible on the page."""
    status: Status | None = None
    """The status it belongs to, if any."""

    @property
    def alone(self) -> bool:
        """Whether it must match one element only."""
        return not self.path.endswith("value.at") and bool(_ONE_ONLY.search(self.path))

    @property
    def group(self) -> str | None:
        """The group of which at least one locator must match; None if it belongs to none."""
        return match[0] if (match := _TOGETHER.match(self.path)) else None


def placed_on(site: Site, page: str) -> list[PlacedLocator]:
    """Return a page's locators in the site file's order, without messages and interruptions."""
    return [placed for placed in _all(site) if placed.page == page]


def sureness(site: Site, at: LocatorSpec) -> str | None:
    """Return the confidence of a locator's least certain wording; None if it has no wording."""
    labels = (at.name, at.label, at.text)
    grades = {site.text(label).sure or "ours" for label in labels if label is not None}
    return next((grade for grade in _ORDER if grade in grades), None)


def _all(site: Site) -> Iterator[PlacedLocator]:
    values = {path: value for path, _key, value in tree(site)}
    statuses = {f"{path}.at": value for path, value in values.items() if isinstance(value, Status)}
    for path, value in values.items():
        if isinstance(value, LocatorSpec) and not _NOT_ALONE.match(path):
            page = _page(site, path)
            if page is not None:
                always = bool(_ALWAYS.fullmatch(path))
                yield PlacedLocator(path, value, page, always, statuses.get(path))


def _page(site: Site, path: str) -> str | None:
    parts = path.split(".")
    if parts[0] == "pages":
        return parts[1] if parts[2] == "anchor" else None
    if parts[0] == "identity":
        return site.identity.page if site.identity and site.identity.page else next(iter(site.pages))
    if parts[0] == "certify" and site.certify is not None:
        return _page_of_certification(site.certify, parts)
    node: object = site
    page: str | None = None
    for part in parts:
        if isinstance(node, AddressSlot) and _is_changed(node, part, parts):
            return node.edit or node.page
        node = node.get(part) if isinstance(node, dict) else getattr(node, part.replace("-", "_"), None)
        page = getattr(node, "page", None) or page if not isinstance(node, Pending) else node.page or page
    return page


def _is_changed(slot: AddressSlot, part: str, parts: list[str]) -> bool:
    """Whether this part of an address is on the page where it is changed."""
    inside_postcard = part == "postcard" and parts[3:4] in (["again"], ["code"])
    return part in ("reveal", "fields", "save", "verify", "asks-how") or inside_postcard


def _page_of_certification(certify: CertificationSpec, parts: list[str]) -> str:
    if parts[1] == "items":
        return next(item.page for kind, item in certify.items.items() if kind == parts[2])
    if parts[1] in ("tick", "certify"):
        return certify.notice
    return certify.review if parts[1] == "open" else certify.page


def words_of(site: Site) -> frozenset[str]:
    """Return all wordings of the site file in lower case."""
    texts = (site.text(value) for _path, _key, value in tree(site) if isinstance(value, Text))
    return frozenset(word.casefold() for text in texts for word in text.variants)
