"""Find the line of a key in a TOML file."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

_MARK = "\x1f"
_PART = re.compile(r"[^.\[\]]+|\[\d+\]")


def line_in_file(file: str, key: str) -> int | None:
    """Return the line (from 1) of a key in a file; None if it is no readable file."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None  # A file of the package, which nobody who reads this has written.
    return line_of(text, key)


def line_of(text: str, key: str) -> int | None:
    """Return the line (from 1) of a key such as documents[1].name, or of the nearest table above it.

    None where nothing of the key is in the file, or the file cannot be read.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
    except TOMLKitError:
        return None
    for item in reversed(_items(document, key)):
        line = _line_of_item(document, item)
        if line is not None:
            return line
    return None


def _items(document: Any, key: str) -> list[Any]:
    """Return the file's items along a key path, from the outermost, as far as they exist."""
    items, item = [], document
    for part in _PART.findall(key):
        try:
            item = item[int(part[1:-1]) if part.startswith("[") else part]
        except (KeyError, IndexError, TypeError, ValueError):
            break
        items.append(item)
    return items


def _line_of_item(document: Any, item: Any) -> int | None:
    trivia = getattr(item, "trivia", None)
    if trivia is None:
        # A table whose parts stand apart in the file is no item of its own: its first key stands for it.
        first = next(iter(item.values()), None) if isinstance(item, MutableMapping) else None
        return _line_of_item(document, first) if first is not None else None
    # tomlkit keeps no line numbers: what stands before the key is marked, and the mark is looked for.
    before, trivia.indent = trivia.indent, f"{trivia.indent}{_MARK}"
    marked = document.as_string()
    trivia.indent = before
    at = marked.find(_MARK)
    return marked.count("\n", 0, at) + 1 if at >= 0 else None
