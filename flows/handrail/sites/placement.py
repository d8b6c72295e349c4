"""Which page each place of a site file stands on, and whether it must be there whenever the page is."""

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
"""Places that are seen whenever their page is; the others come and go."""
_ONE_ONLY = re.compile(r"(?:^|\.)(?:press|field|fields\.[^.]+|at|choose|tick\.\d+|reveal\.\d+|open)$")
"""Places where two that fit would be one too many."""

_TOGETHER = re.compile(r"address\.[^.]+\.shown\b|certify\.items\.[^.]+\.parts\b|certify\.(?=(?:not-)?asked$)")
"""Parts of an address, and the two answers of a page that asks or does not."""
_NOT_ALONE = re.compile(r"containers\.|interruptions\.|stores\.(?:name|asks)$|.*\.(?:outcomes|has)\b")
"""Places that are looked for inside another, or that only come for a moment."""


@dataclass(frozen=True)
class ActiveRun:
    """One place of a site file, with the page it stands on."""

    path: str
    """Where the site file says it, such as contact.phone.field."""
    at: LocatorSpec
    page: str
    always: bool
    """Whether it is there whenever the page is."""
    status: Status | None = None
    """The status whose words stand there, if it is one."""

    @property
    def alone(self) -> bool:
        """Whether a second one that fits is one too many."""
        return not self.path.endswith("value.at") and bool(_ONE_ONLY.search(self.path))

    @property
    def group(self) -> str | None:
        """What it is a part of, of which at least one must be there; None where it stands for itself."""
        return told[0] if (told := _TOGETHER.match(self.path)) else None


def standing(site: Site, page: str) -> list[ActiveRun]:
    """Return what the site file places on a page, in its order; messages and interruptions are left out."""
    return [one for one in _all(site) if one.page == page]


def sureness(site: Site, at: LocatorSpec) -> str | None:
    """Return how sure the least sure wording of a place is; None where it has none."""
    labels = (at.name, at.label, at.text)
    told = {site.text(label).sure or "ours" for label in labels if label is not None}
    return next((one for one in _ORDER if one in told), None)


def _all(site: Site) -> Iterator[ActiveRun]:
    values = {path: value for path, _key, value in tree(site)}
    statuses = {f"{path}.at": value for path, value in values.items() if isinstance(value, Status)}
    for path, value in values.items():
        if isinstance(value, LocatorSpec) and not _NOT_ALONE.match(path):
            page = _page(site, path)
            if page is not None:
                always = bool(_ALWAYS.fullmatch(path))
                yield ActiveRun(path, value, page, always, statuses.get(path))


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
    """Whether this part of an address stands where it is changed."""
    inside_postcard = part == "postcard" and parts[3:4] in (["again"], ["code"])
    return part in ("reveal", "fields", "save", "verify", "asks-how") or inside_postcard


def _page_of_certification(certify: CertificationSpec, parts: list[str]) -> str:
    if parts[1] == "items":
        return next(item.page for kind, item in certify.items.items() if kind == parts[2])
    if parts[1] in ("tick", "certify"):
        return certify.notice
    return certify.review if parts[1] == "open" else certify.page


def words_of(site: Site) -> frozenset[str]:
    """Return every wording the site file knows, in lower case."""
    texts = (site.text(value) for _path, _key, value in tree(site) if isinstance(value, Text))
    return frozenset(word.casefold() for text in texts for word in text.variants)
