"""Skeletons: a page's roles, its site's own wordings and its levels, and nothing else of it."""

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
"""Roles whose names a site gives; names of others (cells, options, pictures) may be values."""
_NODE = re.compile(
    r"(?P<indent> *)- (?P<quote>'?)(?P<role>[a-z]+)(?: (?P<name>\"(?:[^\"\\]|\\.)*\"))?"
    r"(?P<marks>(?: \[[^\]]*\])*)(?P=quote)(?P<rest>:.*)?"
)
_LEVEL = re.compile(r" \[level=\d\]")
_MARK = re.compile(r"\s*[*＊:：]\s*$")
"""A form's mark after a wording, as places are found with it."""
_MOST_LETTERS = 80
PLACEHOLDER = "…"
"""What stands where a name was that may be somebody's: the element is kept, its name is not."""


@dataclass(frozen=True)
class Node:
    """One element of a skeleton."""

    depth: int
    role: str
    name: str | None
    """The site's own wording, the placeholder, or None where it had no name."""
    level: str = ""

    @property
    def dropped(self) -> bool:
        """Whether it had a name that was not kept."""
        return self.name == PLACEHOLDER


def skeleton(snapshot: str, site: Site, impersonal: Callable[[str], bool]) -> str:
    """Return a page's aria snapshot with everything dropped that is not known to be the site's own.

    A name is kept where the site file has that wording, as it is known now, or where its role is one a
    site names, it is all of the vocabulary of user interfaces, and it is `impersonal`; of any other
    only the role and the level are. Texts, values, addresses and states are never kept.
    """
    known = words_of(site)

    def kept(role: str, name: str) -> str:
        plain = " ".join(name.split())
        unmarked = _MARK.sub("", plain)
        if known & {plain.casefold(), unmarked.casefold()}:
            return plain
        own = role in _NAMED and len(plain) <= _MOST_LETTERS and vocabulary().says(plain)
        return plain if own and impersonal(plain) else PLACEHOLDER

    lines = []
    for node in _nodes(snapshot):
        name = "" if node.name is None else " " + json.dumps(kept(node.role, node.name), ensure_ascii=False)
        lines.append(f"{'  ' * node.depth}- {node.role}{name}{node.level}\n")
    return "".join(lines)


def read_skeleton(text: str) -> list[Node]:
    """Return a recorded skeleton's elements."""
    return list(_nodes(text))


def resolves(nodes: list[Node], site: Site, at: LocatorSpec) -> bool | None:
    """Whether a recorded page has such an element; None where a skeleton cannot tell."""
    at = site.now(at)
    label = at.name or at.label
    if label is None or at.css is not None:
        return None
    pattern = wording(site, label)
    return any(
        (at.role is None or node.role == at.role) and node.name is not None and pattern.search(node.name)
        for node in nodes
    )


def may_be_dropped(nodes: list[Node], site: Site, at: LocatorSpec) -> bool:
    """Whether what is looked for may be an element whose name was not kept: only a person can say."""
    at = site.now(at)
    return resolves(nodes, site, at) is False and any(
        node.dropped and at.role in (None, node.role) for node in nodes
    )


def skeleton_file(state: Path, site: Site, page: str) -> Path:
    """Return where a state folder keeps a page's skeleton."""
    return state / "skeletons" / site.id / f"{page}.yaml"


def _nodes(snapshot: str) -> Iterator[Node]:
    """Go through a snapshot's elements; texts, link addresses and whatever is unclear are left out."""
    for line in snapshot.splitlines():
        node = _NODE.fullmatch(line)
        if node is None or node["role"] == "text":
            continue
        level = _LEVEL.search(node["marks"])
        # Inside YAML's single quotation marks, one of them is written twice.
        name = node["name"].replace("''", "'") if node["name"] and node["quote"] else node["name"]
        said = json.loads(name) if name else None
        yield Node(len(node["indent"]) // 2, node["role"], said, level[0] if level else "")
