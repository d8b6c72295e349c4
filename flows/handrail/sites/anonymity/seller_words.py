"""Find the words of a profile that identify its seller, as no ordinary words do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pydantic import BaseModel

from handrail.profile.channel import Channel
from handrail.profile.matching.areas import country_names
from handrail.profile.matching.equivalents import Place, equivalents
from handrail.profile.matching.tokens import Token, is_ideographic, tokens
from handrail.profile.model import Profile
from handrail.sites.anonymity.ui_vocabulary import Term, vocabulary

_PLACES: dict[str, Place | None] = {
    "lines": "street",
    "district": "area",
    "city": "area",
    "state": "area",
    "postal_code": None,
    "country": None,
    "kind": None,
}
"""The kind of text under a profile key; None: not identifying; a name for every other key."""
_POSSESSIVE = re.compile(r"['’ʼ]s\b", re.IGNORECASE)
_EMBEDDED = 6
"""Letters from which a word is also found inside longer words: harbor in harborMenu."""
_SHORTEST = {"name": 2, "street": 3, "area": 3}
"""The fewest letters of an identifying word: Li is a name, LA and CA are too common."""


@dataclass(frozen=True)
class SellerWords:
    """The words of a profile that identify its seller."""

    words: frozenset[str]
    """Words that identify the seller anywhere."""
    pairs: frozenset[tuple[str, str]]
    """Adjacent words that do so together: Building 4, Harbor Lane, 港湾."""

    def occur_in(self, text: str) -> bool:
        """Whether a text contains any of them."""
        text_tokens = _tokens(text)
        forms = {form for token in text_tokens for form in (token.plain, token.wide)}
        long = [word for word in self.words if len(word) >= _EMBEDDED]
        long += [compound for pair in self.pairs if (compound := _joined(pair))]
        return (
            not self.words.isdisjoint(forms)
            or any((first.plain, second.plain) in self.pairs for first, second in _neighbours(text_tokens))
            or any(word in token for word in long for token in forms)
        )


def seller_words(profile: Profile) -> SellerWords:
    """Return the identifying words of the profile's names, addresses and e-mail."""
    words: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for text, place, country in _texts(profile, profile.country):
        text_tokens = _tokens(text)
        terms = _ordinary_terms(country, profile.country, place)
        covered = _cover(text_tokens, terms)
        for token, term in zip(text_tokens, covered, strict=True):
            if term is None and _is_word(token, _SHORTEST[place]):
                words.update((token.plain, token.wide))
        for index, (first, second) in enumerate(_neighbours(text_tokens)):
            if _is_own_pair(first, second, covered[index], covered[index + 1]):
                pairs.add((first.plain, second.plain))
    return SellerWords(frozenset(words), frozenset(pairs))


@dataclass(frozen=True)
class _Covering:
    """An ordinary term at its place in a text."""

    start: int
    free: bool
    """Whether it is ordinary beside other terms, too; a kind of street is so only alone."""


def _is_word(token: Token, shortest: int) -> bool:
    return token.plain.isalpha() and not is_ideographic(token.plain) and len(token.plain) >= shortest


def _is_own_pair(first: Token, second: Token, left: _Covering | None, right: _Covering | None) -> bool:
    """Whether two adjacent words identify the seller; `left` and `right` are the terms that cover them."""
    if first.plain.isdigit() and second.plain.isdigit():
        return False
    return left is None or right is None or not (left == right or (left.free and right.free))


def _joined(pair: tuple[str, str]) -> str | None:
    """Return a pair of Latin words written as one, as in HTML ids: meizhang."""
    joined = "".join(pair)
    return joined if joined.isalpha() and not is_ideographic(joined) and len(joined) >= _EMBEDDED else None


def _neighbours(text_tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    return pairwise(text_tokens)


def _tokens(text: str) -> tuple[Token, ...]:
    # Traditional characters count as their simplified forms in every country.
    return tokens(_POSSESSIVE.sub("", text), (), equivalents("CN", "name").letters)


def _cover(text_tokens: Sequence[Token], terms: Mapping[Term, bool]) -> list[_Covering | None]:
    """Return for each word the longest ordinary term it is part of, or None."""
    covering: list[_Covering | None] = [None] * len(text_tokens)
    most = max(map(len, terms))
    index = 0
    while index < len(text_tokens):
        ends = range(min(len(text_tokens), index + most), index, -1)
        parts = (tuple(token.plain for token in text_tokens[index:end]) for end in ends)
        term = next((part for part in parts if part in terms), None)
        length = len(term) if term else 1
        if term:
            covering[index : index + length] = [_Covering(index, terms[term])] * length
        index += length
    return covering


@lru_cache(maxsize=64)
def _ordinary_terms(country: str, home: str, place: Place) -> dict[Term, bool]:
    """Return the ordinary terms of such a text, each with whether it is ordinary beside others, too."""
    ui_terms = vocabulary()
    forms = equivalents(country, place)
    kinds = {form for groups in forms.by_first.values() for _group, form in groups}
    kinds |= {(word,) for word in forms.optional}
    single = {term for term in ui_terms.whole if len(term) == 1}
    alone = ui_terms.common | single | kinds
    free = (
        ui_terms.content
        | ui_terms.joining
        | set(country_names(country).forms)
        | set(country_names(home).forms)
    )
    if place == "name":
        free |= kinds
    return {**dict.fromkeys(alone, False), **dict.fromkeys(free, True)}


def _texts(node: object, country: str, place: Place = "name") -> Iterator[tuple[str, Place, str]]:
    """Yield the profile's texts, each with its kind and the country whose conventions apply."""
    if isinstance(node, BaseModel):
        country = getattr(node, "country", country)
        for name in type(node).model_fields:
            if (member_place := _PLACES.get(name, place)) is not None:
                yield from _texts(getattr(node, name), country, member_place)
    elif isinstance(node, tuple):
        for member in node:
            yield from _texts(member, country, place)
    elif isinstance(node, Channel):
        yield from ((part, "name", country) for part in _parts_of_email(node))
    elif isinstance(node, str):
        yield node, place, country


def _parts_of_email(channel: Channel) -> tuple[str, ...]:
    """Return an e-mail's local part and its domain without the last label; nothing for a phone."""
    local, separator, domain = channel.value.partition("@")
    return (local, domain.rpartition(".")[0]) if separator else ()
