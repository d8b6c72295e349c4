"""The vocabulary of user interfaces: which wordings any page could have, so that they tell of nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from handrail.core.i18n import gettext as _
from handrail.core.toml_files import parse_toml, validate
from handrail.profile.field_types import Table
from handrail.profile.matching.tokens import tokens
from handrail.profile.text import plain

Term = tuple[str, ...]
"""A wording as its words; an ideograph is one."""

_ONLY = re.compile(r"""[^\W_]|[\s.,:;!?'‘’"“”()\[\]/&*·•‹›«»<>←→↑↓×+‐‑–—\-、。《》【】「」]""")
"""Letters, digits, and marks that say nothing; what has another character in it is never kept."""


class _File(Table):
    words: str
    """Words that count in any order, with spaces between."""
    phrases: str
    """Wordings whose words count only together, with semicolons between."""
    joining: str
    """Words that count only before one of the above, with semicolons between."""
    whole: str
    """Wordings that count only as a whole name, with semicolons between."""
    common: str
    """Words of many firms and addresses, with spaces between: no name is made of them."""


@dataclass(frozen=True)
class Vocabulary:
    """Words that are nobody's, by how they may be put together."""

    content: frozenset[Term]
    """What a name is made of."""
    joining: frozenset[Term]
    """What may stand before one of those."""
    whole: frozenset[Term]
    """What is a name by itself."""
    common: frozenset[Term]
    """What many sellers' names and addresses have in common."""

    def says(self, name: str) -> bool:
        """Tell whether a name consists of nothing but these words."""
        if not all(map(_ONLY.fullmatch, plain(name))):
            return False
        said = words(name)
        return said in self.whole or len(said) in self._ends(said)

    def _ends(self, said: Term) -> set[int]:
        """Return after how many words a name could end; one that joins may stand before each part."""
        ends: set[int] = set()
        for at in range(len(said)):
            if at == 0 or at in ends:
                for start in (at, *_after(said, at, self.joining)):
                    ends.update(_after(said, start, self.content))
        return ends


def words(text: str) -> Term:
    """Return a text's words as the vocabulary has them."""
    return tuple(token.plain for token in tokens(text))


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the package's own vocabulary."""
    what = _("vocabulary")
    file = files("handrail.sites.anonymity") / "vocabulary.toml"
    said = validate(_File, parse_toml(file.read_bytes(), what, file.name), what, file.name)
    return Vocabulary(
        content=_terms((*said.words.split(), *said.phrases.split(";"))),
        joining=_terms(said.joining.split(";")),
        whole=_terms(said.whole.split(";")),
        common=_terms(said.common.split()),
    )


def _terms(wordings: Iterable[str]) -> frozenset[Term]:
    return frozenset(map(words, wordings)) - {()}


def _after(said: Sequence[str], at: int, terms: frozenset[Term]) -> Iterator[int]:
    """Yield where each of the terms ends that stands here."""
    longest = max(map(len, terms))
    yield from (
        end for end in range(at + 1, min(at + longest, len(said)) + 1) if tuple(said[at:end]) in terms
    )
