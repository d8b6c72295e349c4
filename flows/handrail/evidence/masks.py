"""What no capture may show: found on the page by what it means, in one look, and taken out of every text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from handrail.profile.emails import masked as masked_email

if TYPE_CHECKING:
    from playwright.async_api import Page

Box = tuple[int, int, int, int]
"""x, y, width and height of a place on the full page, in whole CSS pixels."""

Hides = Literal["secret", "personal", "unknown-field"]
"""Why something is masked; an unknown field is one whose meaning nobody declared."""

HIDDEN = "[hidden]"
"""What stands in a text where a secret, or a field's value, was."""

# A page may show somebody else's contact: these are hidden whoever they belong to.
_ANY_EMAIL = (
    # The lengths are RFC 5321's and RFC 1035's; without them a long token is searched again and again.
    r"(?<![A-Za-z0-9\xc0-\u024f._%+-])[A-Za-z0-9\xc0-\u024f._%+-]{1,64}"
    r"@(?:[A-Za-z0-9\xc0-\u024f][A-Za-z0-9\xc0-\u024f-]{0,62}\.){1,8}[A-Za-z]{2,24}"
)
_ANY_PHONE = (
    r"\+ ?[1-9](?:[ ().\/\u2010-\u2015\u2212-]{0,3}[0-9]){7,}"
    # Numbers without a country code, as grouped in North America and in China.
    r"|(?<![0-9A-Za-z.:\/+_-])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])"
    r"[0-9]{3}[ .-][0-9]{4}(?![0-9A-Za-z:_-])"
    r"|(?<![0-9A-Za-z.:\/+_-])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z:_-])"
)

# Somebody's account, card or code, whoever it belongs to; of a code's words only the digits are hidden.
_ANY_SECRET = (
    # An IBAN has 15 to 34 characters (ISO 13616).
    r"(?<![0-9A-Za-z-])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,6}"
    r" ?[A-Z0-9]{3,4}(?: ?[A-Z0-9]{1,2})?(?![0-9A-Za-z-])",
    r"(?<![0-9A-Za-z.-])[3-6][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{3})?(?![0-9A-Za-z.-])",
    r"(?:(?:verification|one.?time|security|sign.?in|login) (?:pass)?(?:code|word)|\botp\b|passcode"
    r"|\u9a8c\u8bc1\u7801|\u6821\u9a8c\u7801|\u52a8\u6001\u5bc6?\u7801)"
    r"[^0-9\n]{0,24}(?<![0-9A-Za-z])([0-9]{6})(?![0-9A-Za-z])",
)

# Where one node of an aria snapshot ends and the next one's text begins.
_JOINT = re.compile(r"\"?'?(?: \[[^\]\n]*\])*:?\n *- '?(?:[a-z]+\b)?:? ?\"?")
_FIELD_LINE = re.compile(
    r"(?P<indent> *)(?P<node>- (?P<quote>'?)(?:textbox|searchbox|spinbutton|combobox|listbox)\b"
    r"(?: \"(?P<name>(?:[^\"\\]|\\.)*)\")?(?: \[[^\]]*\])*(?P=quote))(?P<value>:.*)?"
)
_LINK_LINE = re.compile(r"(?m)^( *- /url: \"?[^?#\"\n]*)[?#][^\"\n]*")


@dataclass(frozen=True)
class Hide:
    """What must not be seen in a capture."""

    personal: tuple[tuple[str, str], ...]
    """Regexes that Python and JavaScript read alike, each with the display form texts show instead."""
    secret: tuple[str, ...]
    """Regexes of what leaves no trace at all; where one has a group, only that is hidden."""
    shown_fields: tuple[str, ...] = ()
    """Accessible names of fields known to hold business facts, which are shown as they are."""
    business: tuple[str, ...] = ()
    """Regexes of business facts: shown, and their places noted, so that a copy can be made without."""


@dataclass(frozen=True, order=True)
class Mask:
    """A rectangle of the full page, in whole CSS pixels, painted over before anything is written."""

    x: int
    """Left edge."""
    y: int
    """Top edge."""
    width: int
    """Width, at least one pixel wider than what it hides on both sides."""
    height: int
    """Height, with the same margin."""
    hides: Hides
    """What kind of thing is behind it."""


@dataclass(frozen=True)
class Look:
    """What one look at the page told, all of the same moment."""

    masks: tuple[Mask, ...]
    """What has to be painted over, in order, nothing twice."""
    business: tuple[Box, ...]
    """Where business facts stand, in order, nothing twice; they are shown."""
    open_text: str = field(repr=False)
    """What can be read outside the masks, found in another way than they were."""
    typed: tuple[str, ...] = field(repr=False)
    """What masked fields hold; it never leaves this process, nor shows in a traceback."""
    width: int
    """Width of the whole page in CSS pixels."""
    height: int
    """Height of the whole page in CSS pixels."""
    viewport: tuple[int, int]
    """Width and height of what a person sees at once, in CSS pixels."""
    ratio: float
    """Device pixels for each CSS pixel."""
    url: str
    """The address as it stands, query and all: redact it before it is written."""
    title: str
    """The document's title as it stands."""
    browser: dict[str, str]
    """What the page says about the browser: user agent, locale and time zone."""


async def look(page: Page, hide: Hide, *, hold: bool = False, guidance: bool = False) -> Look:
    """Find in one evaluate everything that has to be masked.

    `hold` hides the text caret, and with `guidance` overlays and highlights, until the next look.
    """
    seen: dict[str, Any] = await page.evaluate(
        _script(),
        {
            "personal": [*(pattern for pattern, _shown in hide.personal), _ANY_EMAIL, _ANY_PHONE],
            "secret": [*hide.secret, *_ANY_SECRET],
            "business": list(hide.business),
            "shown": [_same_name(name) for name in hide.shown_fields],
            "hold": hold,
            "guidance": guidance,
        },
    )
    return Look(
        masks=joined(Mask(*box) for box in seen["boxes"]),
        business=tuple(sorted({(x, y, width, height) for x, y, width, height, _kind in seen["business"]})),
        open_text=seen["open"],
        typed=tuple(dict.fromkeys(value for value in seen["typed"] if value)),
        width=seen["width"],
        height=seen["height"],
        viewport=(seen["viewport"][0], seen["viewport"][1]),
        ratio=seen["ratio"],
        url=seen["url"],
        title=seen["title"],
        browser={
            "user_agent": seen["agent"],
            "locale": seen["locale"],
            "time_zone": seen["zone"],
        },
    )


def joined(masks: Iterable[Mask]) -> tuple[Mask, ...]:
    """Return the masks in order, each once."""
    return tuple(sorted(set(masks)))


def within(masks: Iterable[Mask], width: int, height: int) -> tuple[Mask, ...]:
    """Return the part of each mask that is on a page of this size, in CSS pixels, and none that is not."""
    on_page = []
    for mask in masks:
        left, top = max(mask.x, 0), max(mask.y, 0)
        across, down = min(mask.x + mask.width, width) - left, min(mask.y + mask.height, height) - top
        if across > 0 and down > 0:
            on_page.append(Mask(left, top, across, down, mask.hides))
    return joined(on_page)


def redact(text: str, hide: Hide) -> str:
    """Return the text with every secret gone and everything personal in its display form."""
    return _redacted(text, hide, kept=())


def redact_address(url: str, hide: Hide) -> str:
    """Return an address redacted, without user, query and fragment; of other schemes only the name."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url if url == "about:blank" else f"{parts.scheme}:"
    host = parts.netloc.rpartition("@")[2]
    readable = unquote(parts.path)
    path = redact(readable, hide)
    return f"{parts.scheme}://{host}{parts.path if path == readable else path}"


def redact_aria(snapshot: str, hide: Hide, typed: Iterable[str] = ()) -> str:
    """Return an aria snapshot without the values of fields, nor anything private, even split over nodes."""
    text = _LINK_LINE.sub(r"\1", _without_values(snapshot, hide))
    text = _redacted(text, hide, kept=[m.span() for m in _JOINT.finditer(text)])
    left = {redact(value, hide) for value in typed if not _is_private(value, hide)}
    for value in sorted(left, key=len, reverse=True):
        # A name computed from content repeats what was typed; a single letter is only itself between spaces.
        edge = (r"(?<![\w=])", r"(?!\w)") if len(value) < 3 else ("", "")
        text = re.sub(f"{edge[0]}{re.escape(value)}{edge[1]}", HIDDEN, text)
    return text


def _without_values(snapshot: str, hide: Hide) -> str:
    shown = {_same_name(name) for name in hide.shown_fields}
    lines: list[str] = []
    inside: int | None = None
    for line in snapshot.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if inside is not None and indent > inside:
            if "- /placeholder:" in line:
                lines.append(line)
            continue
        inside = None
        field = _FIELD_LINE.fullmatch(line)
        if field and field["value"] and _same_name(field["name"] or "") not in shown:
            inside = indent
            opened = field["value"] == ":"
            lines.append(line if opened else f"{field['indent']}{field['node']}: '{HIDDEN}'")
            if opened:
                lines.append(f"{field['indent']}  - text: '{HIDDEN}'")
        else:
            lines.append(line)
    return "\n".join(lines)


def _redacted(text: str, hide: Hide, kept: Iterable[tuple[int, int]]) -> str:
    joints = list(kept)
    plain, origin = _plain(text, joints)
    out: list[str] = []
    done = 0
    for start, end, shown in _found(plain, hide):
        first, last = origin[start], origin[end - 1] + 1
        between = "".join(f"{text[a:b]}•" for a, b in joints if first < a and b <= last)
        out += (text[done:first], shown, between)
        done = last
    return "".join(out) + text[done:]


def _is_private(value: str, hide: Hide) -> bool:
    plain, _origin = _plain(value.strip(), [])
    return [span[:2] for span in _found(plain, hide)] == [(0, len(plain))]


def _found(plain: str, hide: Hide) -> list[tuple[int, int, str]]:
    """Return what is private in the text, in order; overlapping spans become one in the stricter form."""
    spans = [
        (*match.span(min(1, pattern.groups)), rank, shown or _display(match[0]))
        for rank, (pattern, shown) in enumerate(_rules(hide))
        for match in pattern.finditer(plain)
        if match[0]
    ]
    merged: list[tuple[int, int, int, str]] = []
    for span in sorted(spans):
        if merged and span[0] < merged[-1][1]:
            before = merged.pop()
            _rank, shown = min(before[2:], span[2:])
            span = (before[0], max(before[1], span[1]), _rank, shown)
        merged.append(span)
    return [(start, end, shown) for start, end, _rank, shown in merged]


@lru_cache(maxsize=16)
def _rules(hide: Hide) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = [(pattern, HIDDEN) for pattern in (*hide.secret, *_ANY_SECRET)]
    rules += [*hide.personal, (_ANY_EMAIL, ""), (_ANY_PHONE, "")]
    return tuple((re.compile(pattern, re.IGNORECASE), shown) for pattern, shown in rules)


def _display(found: str) -> str:
    if "@" in found:
        return masked_email(found)
    digits = re.sub(r"[^0-9]", "", found)
    code = f"+{digits[:2]} " if "+" in found else ""
    return f"{code}••••{digits[-2:]}"


def _plain(text: str, joints: list[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return the text in compatibility form, a space for each joint, and where each character came from."""
    plain: list[str] = []
    origin: list[int] = []
    skipped = {at for start, end in joints for at in range(start + 1, end)}
    starts = {start for start, _end in joints}
    for at, character in enumerate(text):
        if at in skipped:
            continue
        # The same plain form as the page's text gets: full-width brought back, invisible marks gone.
        for c in " " if at in starts else unicodedata.normalize("NFKC", character):
            if unicodedata.category(c) != "Cf":
                plain.append(c)
                origin.append(at)
    return "".join(plain), origin


def _same_name(name: str) -> str:
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\s*:]+$", "", plain).strip().lower()


@lru_cache(maxsize=1)
def _script() -> str:
    here = files("handrail.evidence")
    masks, outside = ((here / name).read_text(encoding="utf-8") for name in ("masks.js", "outside.js"))
    # In one go: what is outside the masks must be told of the very page they were taken from.
    return (
        f"async (given) => {{ const seen = await ({masks})(given);"
        f" return {{ ...seen, open: ({outside})(seen.boxes) }}; }}"
    )
