"""Lines that fit the terminal: wide characters counted, and nothing cut that is to be copied."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from rich.cells import cell_len

NARROWEST = 8
"""Columns below which nothing is wrapped any more: the terminal does it as it can."""
_PIECE = re.compile(r"`[^`]*`[.,;:)!?。，；：）！？]*|\s+|[^\s`]+|`")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u3000-\u303f\uff00-\uffef]")
_NO_BREAK_BEFORE = frozenset("、。，．：；？！）】》」』”’…·%％)]}>,.:;?!")
_NO_BREAK_AFTER = frozenset("（【《「『“‘([{<¥$#+")


def wrapped(text: str, width: int, first: str = "", hanging: int | None = None) -> str:
    """Return the text in lines of at most this many columns, as far as its words allow.

    What a person copies (a path, an id, a command between backticks) is never broken: the terminal
    runs it over the edge, so that it is copied whole. `first` stands before the first line, and later
    ones are indented by `hanging` columns, or as far as `first` reaches.
    """
    indent = " " * (cell_len(first) if hanging is None else hanging)
    room = width if width >= NARROWEST + len(indent) else 0
    lines: list[str] = []
    for number, part in enumerate(text.split("\n")):
        start = first if number == 0 else indent
        lines += _lines(part, room, start, indent) if room else [start + part]
    return "\n".join(line.rstrip() for line in lines)


def _lines(text: str, width: int, start: str, indent: str) -> Iterator[str]:
    lead = re.match(r" *", text)
    inner = " " * (lead.end() if lead else 0)
    # An entry of a list inside the text hangs two columns under its own beginning.
    later = indent + (f"{inner}  " if inner else "")
    line, used, empty = start + inner, cell_len(start + inner), True
    for piece in _pieces(text[len(inner) :]):
        size = cell_len(piece)
        if not empty and used + cell_len(piece.rstrip()) > width:
            yield line
            line, used, empty = later, len(later), True
        if empty and not piece.strip():
            continue
        line, used, empty = line + piece, used + size, False
    yield line


def _pieces(text: str) -> Iterator[str]:
    """Yield the smallest parts between which a line may end, in order."""
    for piece in _PIECE.findall(text):
        if piece.startswith("`") or not _WIDE.search(piece):
            yield piece
        else:
            yield from _between_characters(piece)


def _between_characters(text: str) -> Iterator[str]:
    """Yield the parts of a Chinese text: characters one by one, with the signs that stay beside them."""
    part = text[:1]
    for before, character in itertools.pairwise(text):
        wide = _WIDE.match(before) or _WIDE.match(character)
        if wide and character not in _NO_BREAK_BEFORE and before not in _NO_BREAK_AFTER:
            yield part
            part = ""
        part += character
    yield part
