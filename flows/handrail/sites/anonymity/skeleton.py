"""Skeletons: a page's roles and heading levels, and only names that are the site's own wordings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from handrail.sites.anonymity.ui_vocabulary import vocabulary
from handrail.sites.locate import wording
from handrail.sites.placement import words_of
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site

_NAMED = frozenset(
    [
        "alert",
        "alertdialog",
        "article",
        "banner",
        "button",
        "checkbox",
        "combobox",
        "complementary",
        "contentinfo",
        "dialog",
        "form",
        "group",
        "heading",
        "link",
        "listbox",
        "main",
        "menu",
        "menubar",
        "menuitem",
        "navigation",
        "radio",
        "radiogroup",
        "region",
        "search",
        "searchbox",
        "spinbutton",
        "status",
        "switch",
        "tab",
        "tablist",
        "tabpanel",
        "textbox",
        "toolbar",
    ]
)
"""Roles whose names are the site's; names of others (cells, options, pictures) may be values."""
_NODE = re.compile(
    r"(?P<indent> *)- (?P<quote>'?)(?P<role>[a-z]+)(?: (?P<name>\"(?:[^\"\\]|\\.)*\"))?"
    r"(?P<marks>(?: \[[^\]]*\])*)(?P=quote)(?P<rest>:.*)?"
)
_LEVEL = re.compile(r" \[level=\d\]")
_MARK = re.compile(r"\s*[*＊:：]\s*$")
"""A form's required mark after a wording."""
_MOST_LETTERS = 80
PLACEHOLDER = "…"
"""Replaces a name that may be personal; the element is kept."""


@dataclass(frozen=True)
class Node:
    """One element of a skeleton."""

    depth: int
    role: str
    name: str | None
    """The site's own wording, the placeholder, or None if it had no name."""
    level: str = ""

    @property
    def dropped(self) -> bool:
        """Whether its name was replaced by the placeholder."""
        return self.name == PLACEHOLDER


def skeleton(snapshot: str, site: Site, impersonal: Callable[[str], bool]) -> str:
    """Return a page's aria snapshot without anything that may be the seller's.

    A name is kept if the site file has that wording. It is also kept if its role is one that sites name,
    all its words are user-interface vocabulary, and `impersonal` accepts it. Of any other element only the
    role and level are kept. Texts, values, addresses and states are never kept.
    """
    site_words = words_of(site)

    def safe_name(role: str, name: str) -> str:
        plain = " ".join(name.split())
        unmarked = _MARK.sub("", plain)
        if site_words & {plain.casefold(), unmarked.casefold()}:
            return plain
        own = role in _NAMED and len(plain) <= _MOST_LETTERS and vocabulary().says(plain)
        return plain if own and impersonal(plain) else PLACEHOLDER

    lines = []
    for node in _nodes(snapshot):
        name = (
            "" if node.name is None else " " + json.dumps(safe_name(node.role, node.name), ensure_ascii=False)
        )
        lines.append(f"{'  ' * node.depth}- {node.role}{name}{node.level}\n")
    return "".join(lines)


def read_skeleton(text: str) -> list[Node]:
    """Return a recorded skeleton's elements."""
    return list(_nodes(text))


def resolves(nodes: list[Node], site: Site, at: LocatorSpec) -> bool | None:
    """Whether a recorded page has such an element; None if a skeleton cannot tell."""
    at = site.current(at)
    label = at.name or at.label
    if label is None or at.css is not None:
        return None
    pattern = wording(site, label)
    return any(
        (at.role is None or node.role == at.role) and node.name is not None and pattern.search(node.name)
        for node in nodes
    )


def may_be_dropped(nodes: list[Node], site: Site, at: LocatorSpec) -> bool:
    """Whether the locator may mean an element whose name was dropped."""
    at = site.current(at)
    return resolves(nodes, site, at) is False and any(
        node.dropped and at.role in (None, node.role) for node in nodes
    )


def skeleton_file(state: Path, site: Site, page: str) -> Path:
    """Return the file of a page's skeleton in a state folder."""
    return state / "skeletons" / site.id / f"{page}.yaml"


def _nodes(snapshot: str) -> Iterator[Node]:
    """Yield a snapshot's elements, without texts, link addresses and lines that cannot be read."""
    for line in snapshot.splitlines():
        node = _NODE.fullmatch(line)
        if node is None or node["role"] == "text":
            continue
        level = _LEVEL.search(node["marks"])
        # Inside YAML's single quotation marks, one of them is written twice.
        name = node["name"].replace("''", "'") if node["name"] and node["quote"] else node["name"]
        decoded = json.loads(name) if name else None
        yield Node(len(node["indent"]) // 2, node["role"], decoded, level[0] if level else "")
