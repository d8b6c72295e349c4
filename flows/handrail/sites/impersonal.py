"""Whether a page's wording says nothing of the seller: only then may it be kept in a site's description."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from handrail.evidence.masks import Hide, redact
from handrail.profile.channel import Channel
from handrail.profile.model import Profile
from handrail.profile.secret import Secret

_MOST_DIGITS = 3
_SHORTEST = 3
"""Characters of a value; the two letters of a country stand in half the words there are."""


class Impersonal:
    """Tells wordings that are the site's own from those that hold something of the seller's."""

    def __init__(self, profile: Profile) -> None:
        values = [*_values(profile)]
        self._texts = tuple(_plain(one) for one in values if isinstance(one, str) and len(one) >= _SHORTEST)
        self._hide = Hide(
            personal=tuple((one.pattern(), one.display) for one in values if isinstance(one, Channel)),
            secret=tuple(one.pattern() for one in values if isinstance(one, Secret)),
        )

    def __call__(self, wording: str) -> bool:
        """Whether the wording holds no address, no number, and none of the profile's values."""
        plain = _plain(wording)
        return (
            "@" not in plain
            and len(re.findall(r"\d", plain)) <= _MOST_DIGITS
            and redact(wording, self._hide) == wording
            and not any(text in plain for text in self._texts)
        )


def _values(node: object) -> Iterator[object]:
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _values(getattr(node, name))
    elif isinstance(node, tuple):
        for one in node:
            yield from _values(one)
    elif node is not None and not isinstance(node, date):
        yield node


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
