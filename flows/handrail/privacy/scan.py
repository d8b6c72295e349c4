"""Scan written evidence for private values; any find prevents the seal."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_plus

from handrail.privacy.scan_rules import Hidden, Rule, View, What, rules

# The redactor keeps private values from being written. This scan is the second line of defence: it shares
# neither patterns nor code with the redactor, and reads the bytes that would be sealed.

_COUNTED = frozenset({
    "seq", "mono_us", "ms", "size", "count", "x", "y", "width", "height", "id", "status", "exit_code",
    "attempts", "utc_offset_minutes", "device_pixel_ratio",
})  # fmt: skip
"""Keys of Handrail's own numbers: a size may have a code's digits by chance."""

_LAYERS = 3
"""How many nested encodings are decoded."""
_PIXELS_ONLY = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs"})
_PNG = b"\x89PNG\r\n\x1a\n"
_PICTURE_DATA = re.compile(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")
_STYLE = re.compile(r"(?s)<style>.*?</style>|<svg\b.*?</svg>")
"""Styles and drawings of the report's template, without anything of a run."""
_NODE = re.compile(r"(?m)^ *- '?(?:/?[a-z]+\b(?: (?=\"))?)?|(?: \[[^\]\n]*\])*:?'?$|(?<=\"): ")
_UNSEEN = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]"
)
"""Invisible characters."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([nrt/\"\\])")


@dataclass(frozen=True, order=True)
class Leak:
    """A file in which something private is readable; the value itself is not in it."""

    where: str
    """The file, by a name without private values."""
    what: What
    """The kind of value."""
    rule: str
    """The name of the rule that found it."""


def scan(folder: Path, secrets: Hidden, already: Collection[str] = ()) -> list[Leak]:
    """Return everything private that is readable in a folder's files and file names.

    Files named in `already` are skipped.
    """
    leaks: set[Leak] = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in already:
            continue
        in_name = set(_matching_rules(name, secrets))
        where = _numbered(name) if in_name else name
        texts = [name, *(_texts(path) if path.is_file() else ())]
        leaks |= {
            Leak(where, rule.what, rule.name) for text in texts for rule in _matching_rules(text, secrets)
        }
        if path.suffix == ".png" and path.is_file() and not _pixels_only(path.read_bytes()):
            leaks.add(Leak(where, "picture-text", "pixels-only"))
    return sorted(leaks)


def scan_text(text: str, secrets: Hidden, where: str) -> list[Leak]:
    """Return everything private that is readable in one text."""
    return sorted({Leak(where, rule.what, rule.name) for rule in _matching_rules(text, secrets)})


def _matching_rules(text: str, secrets: Hidden) -> Iterator[Rule]:
    for display in secrets.displays:
        text = text.replace(display, " ")
    views = _views(text)
    return (rule for rule in rules(secrets) if any(rule.finds(view) for view in views))


def _views(text: str) -> list[View]:
    """Return a text as it is and in every decoded form."""
    views = layer = {text}
    for _deeper in range(_LAYERS):
        layer = {decode(view) for view in layer for decode in _DECODERS} - views
        views = views | layer
    return [View(plain, plain.casefold()) for plain in {_plain(view) for view in views}]


def _entities(text: str) -> str:
    return html.unescape(_ESCAPE.sub(_unescaped, text))


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else {"n": "\n", "r": "\r", "t": "\t"}.get(match[2], match[2])


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def _texts(path: Path) -> Iterator[str]:
    """Yield a file's texts in every form in which it may be read."""
    if path.suffix in (".png", ".tsr"):
        # A timestamp has a hash and its authority's certificates, with the authority's own e-mail address.
        return
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix in (".json", ".jsonl"):
        yield "\n".join(string for line in _lines(path, text) for string in _strings_of(line))
    elif path.suffix == ".html":
        bare = _STYLE.sub("", _PICTURE_DATA.sub("", text))
        yield bare
        yield re.sub(r"<[^>]*>", "", bare)
    else:
        yield text
    if path.name.endswith(".aria.yaml"):
        # A number may be split over nodes.
        yield re.sub(r"[\"'\n]+", " ", _NODE.sub("", text))


def _lines(path: Path, text: str) -> list[str]:
    return text.splitlines() if path.suffix == ".jsonl" else [text]


def _strings_of(line: str) -> Iterator[str]:
    try:
        value = json.loads(line)
    except ValueError:
        yield line
        return
    yield from _strings(value, counted=False)


def _strings(value: object, *, counted: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield str(key)
            yield from _strings(member, counted=key in _COUNTED)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member, counted=counted)
    elif isinstance(value, str) or not counted:
        yield str(value)


# A plus is a space in a URL, and a sign before a number.
_DECODERS = (_entities, unquote, unquote_plus)


def _pixels_only(data: bytes) -> bool:
    if not data.startswith(_PNG):
        return False
    position = len(_PNG)
    while position + 12 <= len(data):
        size, kind = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        position += 12 + size
        if kind not in _PIXELS_ONLY:
            return False
        if kind == b"IEND":
            return position == len(data)
    return False


def _numbered(name: str) -> str:
    folder, _slash, own = name.rpartition("/")
    return f"{folder}/{own[:4]}" if folder and own[:4].isdigit() else folder or "?"
