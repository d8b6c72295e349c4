"""The README and the pages of docs/ as tests read them: links, code blocks, commands."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from project_paths import ROOT

READMES = (ROOT / "README.md", ROOT / "README.zh.md")
DOCS = tuple(sorted((ROOT / "docs").rglob("*.md")))
PAGES = (*READMES, *DOCS)
REFERENCE = ROOT / "docs" / "reference"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block of code on a page."""

    language: str
    text: str
    mark: str
    """The HTML comment in the line above; empty where there is none."""


def blocks(document: Path, *languages: str) -> list[Block]:
    """Return a page's blocks of code in these languages, in order."""
    text = document.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(text):
        above = text[: match.start()].rstrip("\n").rpartition("\n")[2]
        mark = above.removeprefix("<!-- ").removesuffix(" -->") if above.startswith("<!--") else ""
        found.append(Block(match[1], match[2], mark))
    return [block for block in found if block.language in languages]


def files(document: Path) -> dict[str, str]:
    """Return the Python files that a page has its reader write, by their paths."""
    text = document.read_text("utf-8")
    found = re.findall(r"`(\w+/[\w/]+\.py)`[^`\n]*\n\n```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return {path: content for path, content in found if not (ROOT / path).exists()}


def prose(document: Path) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", document.read_text("utf-8"))


def links(document: Path) -> list[tuple[str, str]]:
    """Return the words and the address of each link and picture that leads to another file of ours."""
    found = re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", prose(document))
    return [(words, link) for words, link in found if not link.startswith(("http:", "https:"))]


def anchors(document: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(document), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(block: Block) -> list[str]:
    """Return the commands of a block, each whole, without prompts."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "console":
        return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line for line in lines if line.strip()]


def handrail_words(command: str) -> list[str] | None:
    """Return a handrail command's arguments; None for any other command."""
    name, _space, arguments = command.strip().partition(" ")
    if name.rpartition("/")[2] != "handrail":
        return None
    return shlex.split(re.split(r"\s#\s|[<>|&]", arguments)[0])


def rows(document: Path, heading: str) -> list[list[str]]:
    """Return the cells of the rows of the table right below a heading, its header left out."""
    below = prose(document).partition(f"{heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", below, flags=re.MULTILINE)
    lines = table[0].splitlines()[2:] if table else []
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
