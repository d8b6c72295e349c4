"""Postal codes: compare two, and check one against its country's pattern."""

from __future__ import annotations

import re

from handrail.core.i18n import gettext as _
from handrail.profile.matching.areas import rules
from handrail.profile.matching.equivalents import Rule
from handrail.profile.text import plain

# Prefixes that stood before the code in international mail (UPU, until 2010s) where libaddressinput has none.
_OLD_PREFIXES = {"DE": "D", "FR": "F", "IT": "I", "ES": "E", "AT": "A", "NL": "NL", "BE": "B"}


def same_code(country: str, left: str, right: str) -> tuple[Rule, ...] | None:
    """Return why two postal codes of a country (two letters) are the same, or None."""
    left_code, right_code = (compact(text) for text in (left, right))
    if left_code == right_code:
        return (Rule(_("spaces or signs in the postal code"), "libaddressinput, postal codes"),)
    left_code, right_code = (_without_prefix(country, text) for text in (left_code, right_code))
    if left_code == right_code:
        return (
            Rule(_("the country's letters before the postal code"), "libaddressinput (Google), postprefix"),
        )
    if country == "US" and left_code[:5] == right_code[:5] and {len(left_code), len(right_code)} == {5, 9}:
        return (Rule("ZIP+4 = ZIP", "USPS Publication 28, 211: ZIP+4 is the ZIP Code and four more digits"),)
    return None


def possible_code(country: str, text: str) -> bool:
    """Whether a text fits a country's postal codes; True if the country has no known pattern."""
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
