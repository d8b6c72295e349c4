"""Postal codes: whether two are one, and whether one can be right where it stands."""

from __future__ import annotations

import re

from handrail.core.i18n import gettext as _
from handrail.profile.matching.areas import rules
from handrail.profile.matching.equivalents import Rule
from handrail.profile.text import plain

# Prefixes that stood before the code in international mail (UPU, until 2010s) where libaddressinput has none.
_OLD_PREFIXES = {"DE": "D", "FR": "F", "IT": "I", "ES": "E", "AT": "A", "NL": "NL", "BE": "B"}


def same_code(country: str, one: str, other: str) -> tuple[Rule, ...] | None:
    """Return why two postal codes of a country (two letters) are one, or None where they are not."""
    left, right = (compact(text) for text in (one, other))
    if left == right:
        return (Rule(_("spaces or signs in the postal code"), "libaddressinput, postal codes"),)
    left, right = (_without_prefix(country, text) for text in (left, right))
    if left == right:
        return (
            Rule(_("the country's letters before the postal code"), "libaddressinput (Google), postprefix"),
        )
    if country == "US" and left[:5] == right[:5] and {len(left), len(right)} == {5, 9}:
        return (Rule("ZIP+4 = ZIP", "USPS Publication 28, 211: ZIP+4 is the ZIP Code and four more digits"),)
    return None


def possible_code(country: str, text: str) -> bool:
    """Tell whether a country's postal codes look like this; True where it has none, or nobody lists them."""
    pattern = rules(country).get("zip")
    return not pattern or re.fullmatch(pattern, plain(text).upper()) is not None


def compact(text: str) -> str:
    """Return the letters and digits of a postal code, letters in capitals."""
    return re.sub(r"[\W_]+", "", plain(text).upper())


def _without_prefix(country: str, code: str) -> str:
    own = compact(rules(country).get("postprefix", "")) or _OLD_PREFIXES.get(country, "")
    for prefix in (own, country):
        if prefix and re.fullmatch(rf"{prefix}\d+[A-Z]*", code):
            return code.removeprefix(prefix)
    return code
