"""Whether a page's wording says nothing of the seller: only then may it be kept in a site's description."""

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
from handrail.sites.anonymity.seller_words import distinctive
from handrail.sites.anonymity.ui_vocabulary import vocabulary, words

_MOST_DIGITS = 3
_MIXED = re.compile(r"[a-z0-9]*(?:[a-z][0-9]|[0-9][a-z])[a-z0-9]*")
_NOT_ONLY_MIXED = re.compile(r"[a-z]+[0-9]|[0-9][a-z]{1,4}")
"""What is no identifier though it has letters and a digit: line1, h1, 2nd, 8ben."""
_NUMBERED = re.compile(r"[a-z][-_][0-9]{3}")
_NO_VALUES = {"kind", "country"}
"""Keys of the profile that hold a word of Handrail's own, or two letters that half the words have."""


class Impersonal:
    """Tells wordings that are the site's own from those that hold something of the seller's."""

    def __init__(self, profile: Profile) -> None:
        values = [*_values(profile)]
        texts = [one for one in values if isinstance(one, str)]
        # A value of one word is looked for as a word: Rome is not in Chrome.
        self._texts = tuple(_plain(text) for text in texts if len(words(text)) > 1)
        self._own = distinctive(profile)
        self._hide = Hide(
            personal=tuple((one.pattern(), one.display) for one in values if isinstance(one, Channel)),
            secret=tuple(one.pattern() for one in values if isinstance(one, Secret)),
        )

    def __call__(self, wording: str) -> bool:
        """Whether the wording holds no address, number or identifier, and nothing of the profile."""
        plain = _plain(wording)
        return (
            "@" not in plain
            and len(re.findall(r"\d", plain)) <= _MOST_DIGITS
            and not _identifies(plain)
            and redact(wording, self._hide) == wording
            and not any(text in plain for text in self._texts)
            and (vocabulary().says(wording) or not self._own.stand_in(wording))
        )


def _identifies(plain: str) -> bool:
    """Whether a text holds letters and digits as account numbers mix them: seller-A1B2."""
    mixed = (found[0] for found in _MIXED.finditer(plain))
    return bool(_NUMBERED.search(plain)) or any(not _NOT_ONLY_MIXED.fullmatch(one) for one in mixed)


def _values(node: object) -> Iterator[object]:
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            if name not in _NO_VALUES:
                yield from _values(getattr(node, name))
    elif isinstance(node, tuple):
        for one in node:
            yield from _values(one)
    elif node is not None and not isinstance(node, date):
        yield node


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
