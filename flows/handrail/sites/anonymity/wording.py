"""Decide whether a page's wording reveals nothing of the seller, so that it may be written to a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from handrail.privacy.text_redaction import Hide, redact
from handrail.profile.channel import Channel
from handrail.profile.model import Profile
from handrail.profile.secret import Secret
from handrail.sites.anonymity.seller_words import seller_words
from handrail.sites.anonymity.ui_vocabulary import vocabulary, words

_MOST_DIGITS = 3
_MIXED = re.compile(r"[a-z0-9]*(?:[a-z][0-9]|[0-9][a-z])[a-z0-9]*")
_NOT_ONLY_MIXED = re.compile(r"[a-z]+[0-9]|[0-9][a-z]{1,4}")
"""Words with letters and a digit that are no identifiers: line1, h1, 2nd, 8ben."""
_NUMBERED = re.compile(r"[a-z][-_][0-9]{3}")
_NO_VALUES = {"kind", "country"}
"""Profile keys whose values are no personal data: Handrail's own words, and country codes."""


class Impersonal:
    """A check of wordings against one seller's profile."""

    def __init__(self, profile: Profile) -> None:
        values = [*_values(profile)]
        texts = [value for value in values if isinstance(value, str)]
        # Single words are compared as words by `seller_words`: Rome is not in Chrome.
        self._texts = tuple(_plain(text) for text in texts if len(words(text)) > 1)
        self._own = seller_words(profile)
        self._hide = Hide(
            personal=tuple((v.pattern(), v.display) for v in values if isinstance(v, Channel)),
            secret=tuple(v.pattern() for v in values if isinstance(v, Secret)),
        )

    def __call__(self, wording: str) -> bool:
        """Whether the wording contains no address, number or identifier, and nothing of the profile."""
        plain = _plain(wording)
        return (
            "@" not in plain
            and len(re.findall(r"\d", plain)) <= _MOST_DIGITS
            and not _identifies(plain)
            and redact(wording, self._hide) == wording
            and not any(text in plain for text in self._texts)
            and (vocabulary().says(wording) or not self._own.occur_in(wording))
        )


def _identifies(plain: str) -> bool:
    """Whether a text mixes letters and digits as account numbers do: seller-A1B2."""
    mixed = (match[0] for match in _MIXED.finditer(plain))
    return bool(_NUMBERED.search(plain)) or any(not _NOT_ONLY_MIXED.fullmatch(word) for word in mixed)


def _values(node: object) -> Iterator[object]:
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            if name not in _NO_VALUES:
                yield from _values(getattr(node, name))
    elif isinstance(node, tuple):
        for member in node:
            yield from _values(member)
    elif node is not None and not isinstance(node, date):
        yield node


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
