"""Replace private values in texts, addresses and accessibility snapshots by their display form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from handrail.profile.emails import masked as masked_email

HIDDEN = "[hidden]"
"""Replaces a secret or a field's value in a text."""

# A page may show somebody else's contact: any e-mail or phone is hidden.
ANY_EMAIL = (
    # The lengths are RFC 5321's and RFC 1035's; without them a long token is searched again and again.
    r"(?<![A-Za-z0-9\xc0-\u024f._%+-])[A-Za-z0-9\xc0-\u024f._%+-]{1,64}"
    r"@(?:[A-Za-z0-9\xc0-\u024f][A-Za-z0-9\xc0-\u024f-]{0,62}\.){1,8}[A-Za-z]{2,24}"
)

ANY_PHONE = (
    r"\+ ?[1-9](?:[ ().\/\u2010-\u2015\u2212-]{0,3}[0-9]){7,}"
    # Numbers without a country code, as grouped in North America and in China.
    r"|(?<![0-9A-Za-z.:\/+_-])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])"
    r"[0-9]{3}[ .-][0-9]{4}(?![0-9A-Za-z:_-])"
    r"|(?<![0-9A-Za-z.:\/+_-])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z:_-])"
)

# Anybody's account, card or code; of a code and its words only the digits are hidden.
ANY_SECRET = (
    # An IBAN has 15 to 34 characters (ISO 13616).
    r"(?<![0-9A-Za-z-])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,6}"
    r" ?[A-Z0-9]{3,4}(?: ?[A-Z0-9]{1,2})?(?![0-9A-Za-z-])",
    r"(?<![0-9A-Za-z.-])[3-6][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{3})?(?![0-9A-Za-z.-])",
    r"(?:(?:verification|one.?time|security|sign.?in|login) (?:pass)?(?:code|word)|\botp\b|passcode"
    r"|\u9a8c\u8bc1\u7801|\u6821\u9a8c\u7801|\u52a8\u6001\u5bc6?\u7801)"
    r"[^0-9\n]{0,24}(?<![0-9A-Za-z])([0-9]{6})(?![0-9A-Za-z])",
)

# Between one node's text in an aria snapshot and the next one's.
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
    """Regexes of values to remove entirely; of one with a group, only the group."""
    shown_fields: tuple[str, ...] = ()
    """Accessible names of fields known to hold business facts, which are shown as they are."""
    business: tuple[str, ...] = ()
    """Regexes of business facts: shown, and their places noted, so that a copy can be made without."""


def redact(text: str, hide: Hide) -> str:
    """Return the text without secrets, and with personal values in their display form."""
    return _redacted(text, hide, joints=[])


def redact_address(url: str, hide: Hide) -> str:
    """Return a URL redacted, without user, query and fragment; of other schemes only the scheme."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url if url == "about:blank" else f"{parts.scheme}:"
    host = parts.netloc.rpartition("@")[2]
    readable = unquote(parts.path)
    path = redact(readable, hide)
    return f"{parts.scheme}://{host}{parts.path if path == readable else path}"


def redact_aria(snapshot: str, hide: Hide, typed: Iterable[str] = ()) -> str:
    """Return an aria snapshot without field values and private values, even those split over nodes."""
    text = _LINK_LINE.sub(r"\1", _without_values(snapshot, hide))
    text = _redacted(text, hide, joints=[m.span() for m in _JOINT.finditer(text)])
    remaining = {redact(value, hide) for value in typed if not _is_private(value, hide)}
    for value in sorted(remaining, key=len, reverse=True):
        # An accessible name may repeat a typed value; short values are matched as whole words only.
        edge = (r"(?<![\w=])", r"(?!\w)") if len(value) < 3 else ("", "")
        text = re.sub(f"{edge[0]}{re.escape(value)}{edge[1]}", HIDDEN, text)
    return text


def _without_values(snapshot: str, hide: Hide) -> str:
    shown_names = {comparable_name(name) for name in hide.shown_fields}
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
        if field and field["value"] and comparable_name(field["name"] or "") not in shown_names:
            inside = indent
            opened = field["value"] == ":"
            lines.append(line if opened else f"{field['indent']}{field['node']}: '{HIDDEN}'")
            if opened:
                lines.append(f"{field['indent']}  - text: '{HIDDEN}'")
        else:
            lines.append(line)
    return "\n".join(lines)


def _redacted(text: str, hide: Hide, joints: list[tuple[int, int]]) -> str:
    plain, origin = _plain(text, joints)
    out: list[str] = []
    done = 0
    for start, end, display in _private_spans(plain, hide):
        first, last = origin[start], origin[end - 1] + 1
        between = "".join(f"{text[a:b]}•" for a, b in joints if first < a and b <= last)
        out += (text[done:first], display, between)
        done = last
    return "".join(out) + text[done:]


def _is_private(value: str, hide: Hide) -> bool:
    plain, _origin = _plain(value.strip(), [])
    return [span[:2] for span in _private_spans(plain, hide)] == [(0, len(plain))]


def _private_spans(plain: str, hide: Hide) -> list[tuple[int, int, str]]:
    """Return the private spans of a text, in order; overlapping ones become one in the stricter form."""
    spans = [
        (*match.span(min(1, pattern.groups)), rank, display or _display(match[0]))
        for rank, (pattern, display) in enumerate(_rules(hide))
        for match in pattern.finditer(plain)
        if match[0]
    ]
    merged: list[tuple[int, int, int, str]] = []
    for span in sorted(spans):
        if merged and span[0] < merged[-1][1]:
            before = merged.pop()
            _rank, display = min(before[2:], span[2:])
            span = (before[0], max(before[1], span[1]), _rank, display)
        merged.append(span)
    return [(start, end, display) for start, end, _rank, display in merged]


@lru_cache(maxsize=16)
def _rules(hide: Hide) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = [(pattern, HIDDEN) for pattern in (*hide.secret, *ANY_SECRET)]
    rules += [*hide.personal, (ANY_EMAIL, ""), (ANY_PHONE, "")]
    return tuple((re.compile(pattern, re.IGNORECASE), display) for pattern, display in rules)


def _display(value: str) -> str:
    if "@" in value:
        return masked_email(value)
    digits = re.sub(r"[^0-9]", "", value)
    code = f"+{digits[:2]} " if "+" in value else ""
    return f"{code}••••{digits[-2:]}"


def _plain(text: str, joints: list[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return the text in compatibility form, with a space for each joint, and each character's origin."""
    plain: list[str] = []
    origin: list[int] = []
    skipped = {index for start, end in joints for index in range(start + 1, end)}
    starts = {start for start, _end in joints}
    for index, character in enumerate(text):
        if index in skipped:
            continue
        # The same plain form as the page's text gets: full-width brought back, invisible marks gone.
        for c in " " if index in starts else unicodedata.normalize("NFKC", character):
            if unicodedata.category(c) != "Cf":
                plain.append(c)
                origin.append(index)
    return "".join(plain), origin


def comparable_name(name: str) -> str:
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\s*:]+$", "", plain).strip().lower()
