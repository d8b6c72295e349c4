"""Find a company's name in any spelling: other case, width, script or spacing, or inside a domain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from handrail.profile.matching.equivalents import equivalents

BARRIER = "\x00"
"""A character that ends every name, put between independent texts."""
_LONG = 6
"""Letters from which a name is also found inside longer words: harborlane in harborlane-shop.example."""
_SHORTEST = 2
_HAN_RUN = 4
"""The fewest adjacent characters that identify a Chinese company."""
_WORD = re.compile(r"[^\W_]+")
_DOMAIN = re.compile(r"(?<=@)[^\s@<>“”\"'(),;，；]*[^\s@<>“”\"'(),;，；.]")
"""What follows the sign in a mail address, in full or in its display form."""


@dataclass(frozen=True)
class NameForms:
    """All spellings of some companies' names."""

    anywhere: frozenset[str]
    """Folded forms long enough to be found inside a word."""
    as_words: frozenset[str]
    """Folded forms that are searched as whole words."""

    @classmethod
    def of(cls, names: Iterable[str]) -> NameForms:
        """Return the forms of these names, of which some may be empty."""
        forms = {form for name in names for form in _forms(name)}
        anywhere = {form for form in forms if len(form) >= _LONG or _is_han(form)}
        return cls(
            frozenset(anywhere), frozenset(form for form in forms - anywhere if len(form) >= _SHORTEST)
        )

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of all forms in the text, without overlaps."""
        letters, offsets = _squeezed(text)
        spans = [(start, start + len(form)) for form in self.anywhere for start in _places(form, letters)]
        spans += [
            (start, start + len(form))
            for form in self.as_words
            for start in _places(form, letters)
            if _is_apart(text, offsets[start], offsets[start + len(form) - 1])
        ]
        return _joined((offsets[start], offsets[end - 1] + 1) for start, end in spans)

    def replace(self, text: str, instead: str) -> str:
        """Return the text with every form of a name replaced."""
        for start, end in reversed(self.spans(text)):
            text = text[:start] + instead + text[end:]
        return text


def mail_domains(texts: Iterable[str]) -> frozenset[str]:
    """Return the domains of all mail addresses in these texts, in small letters."""
    return frozenset(domain.casefold() for text in texts for domain in _DOMAIN.findall(text))


def without_domains(domains: frozenset[str], instead: str) -> Callable[[str], str]:
    """Return what replaces each of these domains in a text, behind an @ or anywhere else."""
    if not domains:
        return lambda text: text
    longest_first = sorted(domains, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return lambda text: pattern.sub(instead, text)


def _forms(name: str) -> Iterator[str]:
    """Yield each folded form that identifies the company: runs of its words, without the legal form."""
    legal = _legal_words()
    folded_words = [folded for word in _WORD.findall(name) if (folded := _fold(word))]
    yield "".join(folded_words)
    latin = [word for word in folded_words if not _is_han(word)]
    own = [word for word in latin if word not in legal]
    if len(own) == 1:
        yield own[0]
    for start in range(len(own)):
        for end in range(start + 2, len(own) + 1):
            if len(form := "".join(own[start:end])) >= _LONG:
                yield form
    for word in folded_words:
        if _is_han(word):
            yield from _han_forms(word, legal)


def _han_forms(word: str, legal: frozenset[str]) -> Iterator[str]:
    endings = [form for form in legal if _is_han(form) and word.endswith(form)]
    own = word.removesuffix(max(endings, key=len, default=""))
    if _SHORTEST <= len(own) < _HAN_RUN:
        yield own
    for start in range(len(own) - _HAN_RUN + 1):
        yield own[start : start + _HAN_RUN]


def _legal_words() -> frozenset[str]:
    groups = equivalents("CN", "name").by_first.values()
    return frozenset("".join(form) for group in groups for _group, form in group)


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Return the text's letters and digits, folded, and for each the offset it comes from."""
    letters: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(text):
        for folded in BARRIER if char == BARRIER else _fold(char):
            letters.append(folded)
            offsets.append(at)
    return "".join(letters), offsets


def _fold(text: str) -> str:
    """Return letters and digits in one case, width and script, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    simplified = equivalents("CN", "name").letters
    return "".join(simplified.get(char, char) for char in plain if char.isalnum())


def _is_han(text: str) -> bool:
    return bool(text) and all("\u3400" <= char <= "\u9fff" for char in text)


def _places(form: str, letters: str) -> Iterator[int]:
    at = letters.find(form)
    while at >= 0:
        yield at
        at = letters.find(form, at + 1)


def _is_apart(text: str, first: int, last: int) -> bool:
    before, after = text[first - 1 : first], text[last + 1 : last + 2]
    return not (before.isalnum() or after.isalnum())


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
