"""A code as a person has it, such as 628 561 or G-628561., read as the site takes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from handrail.core.i18n import gettext as _

_PREFIX = re.compile(r"[A-Za-z]{1,2}-(?=[0-9])")
"""What some senders write before a code's digits, as in G-628561."""
_ENDING = " .,;。，；"
_PIECE = re.compile(
    r"(?P<kind>\\d|\[0-9\]|\[A-Z\]|\[A-Za-z\]|\[A-Z0-9\]|\[0-9A-Z\]|\[0-9A-Za-z\]|\[A-Za-z0-9\])"
    r"(?:\{(?P<least>\d+)(?:,(?P<most>\d+))?\})?|(?P<hyphen>-\??)"
)


def read_code(text: str, code_format: str) -> str | None:
    """Return the code that a person typed, in the form that the site takes; None where it is none."""
    # A Chinese keyboard may type full-width digits; the site would count them as a wrong code.
    typed = unicodedata.normalize("NFKC", text).strip().rstrip(_ENDING)
    return next((code for code in _readings(typed) if re.fullmatch(code_format, code)), None)


def describe_format(code_format: str) -> str:
    """Say what a code of this format (a regex) looks like; empty where it is too much to say."""
    pieces, end = [], 0
    for piece in _PIECE.finditer(code_format):
        if piece.start() != end:
            return ""
        end = piece.end()
        pieces.append(_("a hyphen") if piece["hyphen"] else _described(piece))
    return _(", ").join(pieces) if end == len(code_format) else ""


def _readings(typed: str) -> Iterator[str]:
    bare = _PREFIX.sub("", typed, count=1)
    yield from (typed, bare)
    for text in (bare, typed):
        yield re.sub(r"[\s‐-―−-]+", "", text)


def _described(piece: re.Match[str]) -> str:
    least = int(piece["least"] or 1)
    count = f"{least}–{piece['most']}" if piece["most"] else f"{least}"
    if piece["kind"] in ("\\d", "[0-9]"):
        return _("{count} digits", count=count)
    if piece["kind"] in ("[A-Z]", "[A-Za-z]"):
        return _("{count} letters", count=count)
    return _("{count} letters and digits", count=count)
