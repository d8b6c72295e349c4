"""Normalise pasted text: full-width characters and invisible marks."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Return the text in compatibility form, without invisible characters and outer spaces."""
    compatible = unicodedata.normalize("NFKC", text)
    # Phone books paste direction marks around numbers; pages put zero-width breaks into addresses.
    return "".join(c for c in compatible if unicodedata.category(c) != "Cf").strip()


def full_width(text: str) -> str:
    """Return the text with every visible ASCII character in its full-width form."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
