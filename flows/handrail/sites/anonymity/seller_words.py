"""What tells one seller from all others: the words of a profile that are not just anybody's."""

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
"""What a key of the profile holds; None for what no word of is anybody's, and a name for every other key."""
_POSSESSIVE = re.compile(r"['’ʼ]s\b", re.IGNORECASE)
_EMBEDDED = 6
"""Letters from which on a word is found inside a longer one: harbor in harborMenu, no quay in quayside."""
_SHORTEST = {"name": 2, "street": 3, "area": 3}
"""Letters of a word: Li is a person, LA and CA are half the words there are."""


@dataclass(frozen=True)
class Distinctive:
    """The words of a profile by which its seller could be told."""

    words: frozenset[str]
    """Words that stand for the seller wherever they stand."""
    pairs: frozenset[tuple[str, str]]
    """Words that do so together: Building 4, Harbor Lane, 港湾."""

    def stand_in(self, text: str) -> bool:
        """Tell whether a text holds any of them."""
        said = _tokens(text)
        one = {form for token in said for form in (token.plain, token.wide)}
        long = [word for word in self.words if len(word) >= _EMBEDDED]
        long += [joined for pair in self.pairs if (joined := _joined(pair))]
        return (
            not self.words.isdisjoint(one)
            or any((first.plain, second.plain) in self.pairs for first, second in _neighbours(said))
            or any(word in token for word in long for token in one)
        )


def distinctive(profile: Profile) -> Distinctive:
    """Return what is this seller's own in the profile's names, addresses and e-mail."""
    found_words: set[str] = set()
    found_pairs: set[tuple[str, str]] = set()
    for text, place, country in _texts(profile, profile.country):
        said = _tokens(text)
        terms = _ordinary(country, profile.country, place)
        covered = _covered(said, terms)
        for token, term in zip(said, covered, strict=True):
            if term is None and _is_word(token, _SHORTEST[place]):
                found_words.update((token.plain, token.wide))
        for at, (first, second) in enumerate(_neighbours(said)):
            if _are_own(first, second, covered[at], covered[at + 1]):
                found_pairs.add((first.plain, second.plain))
    return Distinctive(frozenset(found_words), frozenset(found_pairs))


@dataclass(frozen=True)
class _Covering:
    """An ordinary term that stands somewhere in a text."""

    start: int
    free: bool
    """Whether it is ordinary beside other such terms too; a kind of street is so only alone."""


def _is_word(token: Token, shortest: int) -> bool:
    return token.plain.isalpha() and not is_ideographic(token.plain) and len(token.plain) >= shortest


def _are_own(first: Token, second: Token, one: _Covering | None, other: _Covering | None) -> bool:
    if first.plain.isdigit() and second.plain.isdigit():
        return False
    return one is None or other is None or not (one == other or (one.free and other.free))


def _joined(pair: tuple[str, str]) -> str | None:
    """Return a pair of Latin words as names of things in a document have it: meizhang."""
    joined = "".join(pair)
    return joined if joined.isalpha() and not is_ideographic(joined) and len(joined) >= _EMBEDDED else None


def _neighbours(said: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    return pairwise(said)


def _tokens(text: str) -> tuple[Token, ...]:
    # Traditional characters are the simplified ones, whatever the country.
    return tokens(_POSSESSIVE.sub("", text), (), equivalents("CN", "name").letters)


def _covered(said: Sequence[Token], terms: Mapping[Term, bool]) -> list[_Covering | None]:
    """Return for each word the longest ordinary term that it is part of."""
    found: list[_Covering | None] = [None] * len(said)
    most = max(map(len, terms))
    at = 0
    while at < len(said):
        ends = range(min(len(said), at + most), at, -1)
        parts = (tuple(token.plain for token in said[at:end]) for end in ends)
        term = next((part for part in parts if part in terms), None)
        length = len(term) if term else 1
        if term:
            found[at : at + length] = [_Covering(at, terms[term])] * length
        at += length
    return found


@lru_cache(maxsize=64)
def _ordinary(country: str, home: str, place: Place) -> dict[Term, bool]:
    """Return the terms that are anybody's in such a text, each with whether it is so beside others too."""
    known = vocabulary()
    forms = equivalents(country, place)
    kinds = {form for groups in forms.by_first.values() for _group, form in groups}
    kinds |= {(word,) for word in forms.optional}
    single = {term for term in known.whole if len(term) == 1}
    alone = known.common | single | kinds
    free = known.content | known.joining | set(country_names(country).forms) | set(country_names(home).forms)
    if place == "name":
        free |= kinds
    return {**dict.fromkeys(alone, False), **dict.fromkeys(free, True)}


def _texts(node: object, country: str, place: Place = "name") -> Iterator[tuple[str, Place, str]]:
    """Go through the profile's texts, each with what it is and the country whose habits it follows."""
    if isinstance(node, BaseModel):
        country = getattr(node, "country", country)
        for name in type(node).model_fields:
            if (kept := _PLACES.get(name, place)) is not None:
                yield from _texts(getattr(node, name), country, kept)
    elif isinstance(node, tuple):
        for one in node:
            yield from _texts(one, country, place)
    elif isinstance(node, Channel):
        yield from ((part, "name", country) for part in _parts_of_email(node))
    elif isinstance(node, str):
        yield node, place, country


def _parts_of_email(channel: Channel) -> tuple[str, ...]:
    """Return an address's own part and its domain without the last label; nothing of a phone number."""
    local, at, domain = channel.value.partition("@")
    return (local, domain.rpartition(".")[0]) if at else ()
