"""CSS selectors for an element, from its tag and attributes, never from its texts or values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from playwright.async_api import ElementHandle

from handrail.sites.overlay.playwright_expression import quoted

NEAR = 8
"""How many ancestors are tried as a container."""
_TELLING = {"id", "name", "type", "part", "role", "slot", "for"}
"""Attributes that identify a standard element."""
_NEVER = {"class", "style", "value", "src", "srcset", "content", "href", "title", "placeholder", "alt"}
_LONGEST = 40
_TRIED = 5


@dataclass(frozen=True)
class Node:
    """One element's tag, classes and attributes, without texts and values."""

    tag: str
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]


async def nodes_of(element: ElementHandle) -> tuple[Node, ...]:
    """Return the element and its ancestors, innermost first, through open shadow roots."""
    records = await element.evaluate(_script())
    return tuple(
        Node(
            str(record["tag"]),
            tuple(map(str, record["classes"])),
            tuple((str(name), str(value)) for name, value in record["attributes"]),
        )
        for record in records
    )


def paths(nodes: Sequence[Node], impersonal: Callable[[str], bool]) -> Iterator[str]:
    """Yield selectors for the element: alone, then inside a near ancestor."""
    leaves = [*selectors(nodes[0], impersonal)]
    yield from leaves
    for node in nodes[1:NEAR]:
        for outer in [*selectors(node, impersonal)][:_TRIED]:
            yield from (f"{outer} {leaf}" for leaf in leaves[:_TRIED])


def selectors(node: Node, impersonal: Callable[[str], bool]) -> Iterator[str]:
    """Yield selectors for one element by itself."""
    tag = node.tag
    attributes = [
        f"[{name}={quoted(value)}]" if value else f"[{name}]"
        for name, value in node.attributes
        if _tells(tag, name, value) and impersonal(value)
    ]
    yield from (f"{tag}{part}" for part in attributes)
    if len(attributes) > 1:
        yield tag + "".join(attributes)
    yield from (f"{tag}.{part}" for part in node.classes if re.fullmatch(r"[A-Za-z][A-Za-z-]{2,30}", part))
    yield tag


def _tells(tag: str, name: str, value: str) -> bool:
    is_stable_name = "-" in tag or name in _TELLING or name.startswith("data-")
    stable = len(value) <= _LONGEST and not re.search(r"\d{3,}", value)
    return is_stable_name and name not in _NEVER and stable


@lru_cache(maxsize=1)
def _script() -> str:
    return (files("handrail.sites.overlay") / "selectors.js").read_text(encoding="utf-8")
