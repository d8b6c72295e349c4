"""From an element a person has shown to what a site file would say of it, tried on the page."""

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
"""Roles whose name is the site's wording, never a value of the seller's."""
_MOST_WORDS = 120


@dataclass(frozen=True)
class Proposal:
    """A change to what is known of a site, which leads to the one element meant."""

    thing: str
    """What the element is, for a person: button "Get a code"."""
    instead: Mapping[Learnable, Learnable] = field(default_factory=dict)
    """What is known now, and what would be known instead."""
    containers: Mapping[str, LocatorSpec] = field(default_factory=dict)
    """Places to look inside that are new."""

    def changes(self, site: Site) -> dict[str, Learnable]:
        """Return what changes by its place in the site file."""
        return {
            **{f"containers.{name}": at for name, at in self.containers.items()},
            **{path: now for known, now in self.instead.items() for path in site.places(known)},
        }


@dataclass(frozen=True)
class _Shown:
    """The element that was shown, and what it is to be found by."""

    page: Page
    site: Site
    at: LocatorSpec
    handle: ElementHandle
    last: Step
    outer: tuple[Step, ...]
    nodes: tuple[Node, ...]
    """The element and what it stands in, from the inside out."""
    impersonal: Callable[[str], bool]

    @property
    def thing(self) -> str:
        """Say what it is."""
        name = self.last.name or self.last.label or self.last.text
        kind = self.last.role or self.nodes[0].tag
        return f'{kind} "{name}"' if name and self.impersonal(name) else kind

    def proposal(self, instead: Mapping[Learnable, Learnable], **containers: LocatorSpec) -> Proposal:
        """Return a proposal for this element."""
        return Proposal(self.thing, instead, containers)

    def root(self) -> Page | Locator:
        """Return where the place is looked for: its container where that stands."""
        within = self.at.within
        return self.page if within is None else locate(self.page, self.site, self.site.containers[within])


async def propose(
    page: Page, site: Site, at: LocatorSpec, target: Locator, impersonal: Callable[[str], bool]
) -> Proposal | None:
    """Return the least change that leads from `at` to this one element, or None where none can be said."""
    handle = await target.element_handle()
    try:
        chain = steps(str(await target.normalize()))
    except UnsupportedLocator:
        chain = ()
    nodes = await nodes_of(handle)
    said = chain[-1] if chain else Step(css=nodes[0].tag)
    last = _called(await target.aria_snapshot()) or said
    shown = _Shown(page, site, site.now(at), handle, last, chain[:-1], nodes, impersonal)
    async for proposal in _proposals(shown):
        if await _leads_there(shown, proposal):
            return proposal
    return None


def _called(snapshot: str) -> Step | None:
    """Return the element's role and name, which a locator may leave out for something shorter."""
    told = re.match(r"""- '?(?P<role>[a-z]+) (?P<name>"(?:[^"\\]|\\.)*")""", snapshot)
    return Step(role=told["role"], name=json.loads(told["name"])) if told else None


async def _leads_there(shown: _Shown, proposal: Proposal) -> bool:
    site = shown.site.learned(proposal.instead, proposal.containers)
    found = locate(shown.page, site, shown.at)
    return await found.count() == 1 and await found.evaluate("(one, other) => one === other", shown.handle)


async def _proposals(shown: _Shown) -> AsyncIterator[Proposal]:
    """The smallest changes first: a wording, a place in the container, the container, a place anywhere."""
    worded = [*_worded(shown)] if _may_be_worded(shown) else []
    contained = shown.at.within is not None and await shown.root().count() == 1  # type: ignore[union-attr]  # a locator
    for text, now in _wordings(shown):
        yield shown.proposal({text: now})
    if contained:
        for at in worded:
            yield shown.proposal({shown.at: at.model_copy(update={"within": shown.at.within})})
        for css in paths(shown.nodes, shown.impersonal):
            yield shown.proposal({shown.at: LocatorSpec(within=shown.at.within, css=css)})
    elif shown.at.within is not None:
        async for proposal in _moved_containers(shown):
            yield proposal
    for at in worded:
        yield shown.proposal({shown.at: at})
        for name in shown.site.containers:
            yield shown.proposal({shown.at: at.model_copy(update={"within": name})})
        for chained in _chained(shown, at):
            yield chained
    for css in paths(shown.nodes, shown.impersonal):
        yield shown.proposal({shown.at: LocatorSpec(css=css)})


def _wordings(shown: _Shown) -> Iterator[tuple[Text, Text]]:
    """The same thing by another name: the wording is added to those known."""
    at, last = shown.at, shown.last
    called = last.name or last.label or last.text
    if called is None or not _sayable(shown, called) or (at.role is not None and last.role != at.role):
        return
    for label in (at.name, at.label, at.text):
        if label is not None and shown.site.places(shown.site.text(label)):
            text = shown.site.text(label)
            yield text, extended(text, called)


def _worded(shown: _Shown) -> Iterator[LocatorSpec]:
    """What the element is called, as a place of its own."""
    last = shown.last
    called = last.name or last.label or last.text
    if called is None or not _sayable(shown, called):
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


def _sayable(shown: _Shown, wording: str) -> bool:
    return len(wording) <= _MOST_WORDS and shown.impersonal(wording)


def _may_be_worded(shown: _Shown) -> bool:
    """What a value stands in is described without words: they would be the seller's, or change."""
    at = shown.at
    return shown.last.role in _CONTROLS or any(label is not None for label in (at.name, at.label, at.text))


def _chained(shown: _Shown, at: LocatorSpec) -> Iterator[Proposal]:
    """The element inside what Playwright found it by, which becomes containers of their own."""
    containers: dict[str, LocatorSpec] = {}
    within: str | None = None
    for step in shown.outer:
        words = {"name": step.name, "label": step.label, "text": step.text}
        if not all(_sayable(shown, word) for word in (*words.values(), step.css) if word is not None):
            return
        name = _free_name(shown.site, containers)
        said = {key: extended(None, word) for key, word in words.items() if word is not None}
        containers[name] = LocatorSpec.model_validate(
            {**said, "role": step.role, "css": step.css, "within": within}
        )
        within = name
    if within is not None:
        yield shown.proposal({shown.at: at.model_copy(update={"within": within})}, **containers)


async def _moved_containers(shown: _Shown) -> AsyncIterator[Proposal]:
    """What the element stands in now, as the container: the one that holds most of what it held before."""
    assert shown.at.within is not None  # noqa: S101  # the caller has looked
    key = shown.site.containers[shown.at.within]
    found: list[tuple[int, Proposal]] = []
    for node in shown.nodes[1:NEAR]:
        for css in selectors(node, shown.impersonal):
            proposal = shown.proposal({shown.site.now(key): LocatorSpec(css=css)})
            if await _leads_there(shown, proposal):
                found.append((await _held(shown, proposal), proposal))
                break
    for _count, proposal in sorted(found, key=lambda one: -one[0]):
        yield proposal


async def _held(shown: _Shown, proposal: Proposal) -> int:
    """How many of the places in the container are found with it."""
    site = shown.site.learned(proposal.instead, proposal.containers)
    inside = {
        value
        for _path, _key, value in tree(site)
        if isinstance(value, LocatorSpec) and value.within == shown.at.within
    }
    return sum([await locate(shown.page, site, at).count() == 1 for at in inside])


def _free_name(site: Site, taken: Mapping[str, LocatorSpec]) -> str:
    names = {*site.containers, *taken}
    return next(name for n in range(1, len(names) + 2) if (name := f"learned-{n}") not in names)
