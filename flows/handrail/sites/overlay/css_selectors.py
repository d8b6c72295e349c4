"""CSS for an element, by what it is in the document and never by what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from playwright.async_api import ElementHandle

from handrail.sites.overlay.playwright_expression import quoted

NEAR = 8
"""How many elements outwards something counts as near."""
_TELLING = {"id", "name", "type", "part", "role", "slot", "for"}
"""Attributes that say what an element is, on elements that the browser knows."""
_NEVER = {"class", "style", "value", "src", "srcset", "content", "href", "title", "placeholder", "alt"}
_LONGEST = 40
_TRIED = 5


@dataclass(frozen=True)
class Node:
    """One element as the document has it: no text, and no value of a field."""

    tag: str
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]


async def nodes_of(element: ElementHandle) -> tuple[Node, ...]:
    """Return the element and what it stands in, from the inside out, through open shadow roots."""
    told = await element.evaluate(_script())
    return tuple(
        Node(
            str(one["tag"]),
            tuple(map(str, one["classes"])),
            tuple((str(name), str(value)) for name, value in one["attributes"]),
        )
        for one in told
    )


def paths(nodes: Sequence[Node], impersonal: Callable[[str], bool]) -> Iterator[str]:
    """CSS for the element: by itself, then inside something near."""
    leaves = [*selectors(nodes[0], impersonal)]
    yield from leaves
    for node in nodes[1:NEAR]:
        for outer in [*selectors(node, impersonal)][:_TRIED]:
            yield from (f"{outer} {leaf}" for leaf in leaves[:_TRIED])


def selectors(node: Node, impersonal: Callable[[str], bool]) -> Iterator[str]:
    """CSS for one element, by what it is in the document and never by what it says."""
    tag = node.tag
    told = [
        f"[{name}={quoted(value)}]" if value else f"[{name}]"
        for name, value in node.attributes
        if _tells(tag, name, value) and impersonal(value)
    ]
    yield from (f"{tag}{one}" for one in told)
    if len(told) > 1:
        yield tag + "".join(told)
    yield from (f"{tag}.{one}" for one in node.classes if re.fullmatch(r"[A-Za-z][A-Za-z-]{2,30}", one))
    yield tag


def _tells(tag: str, name: str, value: str) -> bool:
    known = "-" in tag or name in _TELLING or name.startswith("data-")
    stable = len(value) <= _LONGEST and not re.search(r"\d{3,}", value)
    return known and name not in _NEVER and stable


@lru_cache(maxsize=1)
def _script() -> str:
    return (files("handrail.sites.overlay") / "selectors.js").read_text(encoding="utf-8")
