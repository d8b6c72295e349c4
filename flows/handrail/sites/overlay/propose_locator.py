"""Propose a change to the site file that finds the element a person pointed at; each is tried out."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle, Locator, Page

from handrail.sites.locate import locate
from handrail.sites.overlay.css_selectors import NEAR, Node, nodes_of, paths, selectors
from handrail.sites.overlay.overlay import extended
from handrail.sites.overlay.playwright_expression import Step, UnsupportedLocator, steps
from handrail.sites.schema.base import Text
from handrail.sites.schema.locators import Learnable, LocatorSpec
from handrail.sites.schema.site import Site, tree

_CONTROLS = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "spinbutton",
    "checkbox",
    "radio",
    "switch",
    "tab",
}
"""Roles whose names are the site's wording, never the seller's values."""
_MOST_WORDS = 120


@dataclass(frozen=True)
class Proposal:
    """A change to a site's entries that finds the one element meant."""

    thing: str
    """The element for a person: button "Get a code"."""
    instead: Mapping[Learnable, Learnable] = field(default_factory=dict)
    """Current entries and their replacements."""
    containers: Mapping[str, LocatorSpec] = field(default_factory=dict)
    """New containers."""

    def changes(self, site: Site) -> dict[str, Learnable]:
        """Return the changed entries by key path."""
        return {
            **{f"containers.{name}": at for name, at in self.containers.items()},
            **{path: now for known, now in self.instead.items() for path in site.places(known)},
        }


@dataclass(frozen=True)
class _ShownElement:
    """The element that the person pointed at, and what is known of it."""

    page: Page
    site: Site
    at: LocatorSpec
    handle: ElementHandle
    last: Step
    outer: tuple[Step, ...]
    nodes: tuple[Node, ...]
    """The element and its ancestors, innermost first."""
    impersonal: Callable[[str], bool]

    @property
    def thing(self) -> str:
        """The element for a person."""
        name = self.last.name or self.last.label or self.last.text
        kind = self.last.role or self.nodes[0].tag
        return f'{kind} "{name}"' if name and self.impersonal(name) else kind

    def proposal(self, instead: Mapping[Learnable, Learnable], **containers: LocatorSpec) -> Proposal:
        """Return a proposal for this element."""
        return Proposal(self.thing, instead, containers)

    def root(self) -> Page | Locator:
        """Return where the locator searches: its container, or the page."""
        within = self.at.within
        return self.page if within is None else locate(self.page, self.site, self.site.containers[within])


async def propose(
    page: Page, site: Site, at: LocatorSpec, target: Locator, impersonal: Callable[[str], bool]
) -> Proposal | None:
    """Return the smallest change by which `at` finds only this element, or None."""
    handle = await target.element_handle()
    try:
        chain = steps(str(await target.normalize()))
    except UnsupportedLocator:
        chain = ()
    nodes = await nodes_of(handle)
    last_step = chain[-1] if chain else Step(css=nodes[0].tag)
    last = _named(await target.aria_snapshot()) or last_step
    element = _ShownElement(page, site, site.current(at), handle, last, chain[:-1], nodes, impersonal)
    async for proposal in _proposals(element):
        if await _leads_to_element(element, proposal):
            return proposal
    return None


def _named(snapshot: str) -> Step | None:
    """Return the element's role and name, which its own locator may omit."""
    match = re.match(r"""- '?(?P<role>[a-z]+) (?P<name>"(?:[^"\\]|\\.)*")""", snapshot)
    return Step(role=match["role"], name=json.loads(match["name"])) if match else None


async def _leads_to_element(element: _ShownElement, proposal: Proposal) -> bool:
    site = element.site.with_changes(proposal.instead, proposal.containers)
    located = locate(element.page, site, element.at)
    return await located.count() == 1 and await located.evaluate(
        "(one, other) => one === other", element.handle
    )


async def _proposals(element: _ShownElement) -> AsyncIterator[Proposal]:
    """Yield proposals, the smallest first: a wording, a locator in the container, the container, any."""
    worded = [*_by_wording(element)] if _has_wording(element) else []
    contained = element.at.within is not None and await element.root().count() == 1  # type: ignore[union-attr]  # a locator
    for text, now in _wordings(element):
        yield element.proposal({text: now})
    if contained:
        for at in worded:
            yield element.proposal({element.at: at.model_copy(update={"within": element.at.within})})
        for css in paths(element.nodes, element.impersonal):
            yield element.proposal({element.at: LocatorSpec(within=element.at.within, css=css)})
    elif element.at.within is not None:
        async for proposal in _moved_containers(element):
            yield proposal
    for at in worded:
        yield element.proposal({element.at: at})
        for name in element.site.containers:
            yield element.proposal({element.at: at.model_copy(update={"within": name})})
        for chained in _chained(element, at):
            yield chained
    for css in paths(element.nodes, element.impersonal):
        yield element.proposal({element.at: LocatorSpec(css=css)})


def _wordings(element: _ShownElement) -> Iterator[tuple[Text, Text]]:
    """Yield the locator's texts with the element's name added."""
    at, last = element.at, element.last
    called = last.name or last.label or last.text
    if called is None or not _may_be_kept(element, called) or (at.role is not None and last.role != at.role):
        return
    for label in (at.name, at.label, at.text):
        if label is not None and element.site.places(element.site.text(label)):
            text = element.site.text(label)
            yield text, extended(text, called)


def _by_wording(element: _ShownElement) -> Iterator[LocatorSpec]:
    """Yield a new locator by the element's name."""
    last = element.last
    called = last.name or last.label or last.text
    if called is None or not _may_be_kept(element, called):
        return
    text = extended(None, called)
    if last.role is not None:
        yield LocatorSpec(role=last.role, name=text)
    elif last.label is not None:
        yield LocatorSpec(label=text)
    elif last.css is not None:
        yield LocatorSpec(css=last.css, text=text)
    else:
        yield LocatorSpec(text=text)


def _may_be_kept(element: _ShownElement, wording: str) -> bool:
    return len(wording) <= _MOST_WORDS and element.impersonal(wording)


def _has_wording(element: _ShownElement) -> bool:
    """Whether to describe the element by words; for an element with a value they would be the seller's."""
    at = element.at
    return element.last.role in _CONTROLS or any(label is not None for label in (at.name, at.label, at.text))


def _chained(element: _ShownElement, at: LocatorSpec) -> Iterator[Proposal]:
    """Yield the locator inside new containers, made from the outer steps of Playwright's own locator."""
    containers: dict[str, LocatorSpec] = {}
    within: str | None = None
    for step in element.outer:
        words = {"name": step.name, "label": step.label, "text": step.text}
        if not all(_may_be_kept(element, word) for word in (*words.values(), step.css) if word is not None):
            return
        name = _free_name(element.site, containers)
        wordings = {key: extended(None, word) for key, word in words.items() if word is not None}
        containers[name] = LocatorSpec.model_validate(
            {**wordings, "role": step.role, "css": step.css, "within": within}
        )
        within = name
    if within is not None:
        yield element.proposal({element.at: at.model_copy(update={"within": within})}, **containers)


async def _moved_containers(element: _ShownElement) -> AsyncIterator[Proposal]:
    """Yield ancestors as the new container, first the one that contains most of the old one's locators."""
    assert element.at.within is not None  # noqa: S101  # checked by the caller
    key = element.site.containers[element.at.within]
    candidates: list[tuple[int, Proposal]] = []
    for node in element.nodes[1:NEAR]:
        for css in selectors(node, element.impersonal):
            proposal = element.proposal({element.site.current(key): LocatorSpec(css=css)})
            if await _leads_to_element(element, proposal):
                candidates.append((await _count_held(element, proposal), proposal))
                break
    for _count, proposal in sorted(candidates, key=lambda candidate: -candidate[0]):
        yield proposal


async def _count_held(element: _ShownElement, proposal: Proposal) -> int:
    """Return how many of the container's locators match with the proposal."""
    site = element.site.with_changes(proposal.instead, proposal.containers)
    inside = {
        value
        for _path, _key, value in tree(site)
        if isinstance(value, LocatorSpec) and value.within == element.at.within
    }
    return sum([await locate(element.page, site, at).count() == 1 for at in inside])


def _free_name(site: Site, taken: Mapping[str, LocatorSpec]) -> str:
    names = {*site.containers, *taken}
    return next(name for n in range(1, len(names) + 2) if (name := f"learned-{n}") not in names)
