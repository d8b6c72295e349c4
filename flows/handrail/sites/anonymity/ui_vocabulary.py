"""The vocabulary of user interfaces: wordings that any site may have, and so identify nobody."""

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
"""A wording as a tuple of words; each ideograph is one."""

_ONLY = re.compile(r"""[^\W_]|[\s.,:;!?'‘’"“”()\[\]/&*·•‹›«»<>←→↑↓×+‐‑–—\-、。《》【】「」]""")
"""Allowed characters: letters, digits and neutral marks."""


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
    """User-interface words, by how they may be combined."""

    content: frozenset[Term]
    """Terms that make up a name."""
    joining: frozenset[Term]
    """Terms allowed before one of those."""
    whole: frozenset[Term]
    """Terms that are whole names only."""
    common: frozenset[Term]
    """Common words of firms and addresses."""

    def says(self, name: str) -> bool:
        """Whether a name consists of these words only."""
        if not all(map(_ONLY.fullmatch, plain(name))):
            return False
        term = words(name)
        return term in self.whole or len(term) in self._ends(term)

    def _ends(self, term: Term) -> set[int]:
        """Return the positions where a name may end; a joining term may precede each part."""
        ends: set[int] = set()
        for position in range(len(term)):
            if position == 0 or position in ends:
                for start in (position, *_after(term, position, self.joining)):
                    ends.update(_after(term, start, self.content))
        return ends


def words(text: str) -> Term:
    """Return a text as a tuple of words."""
    return tuple(token.plain for token in tokens(text))


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the package's own vocabulary."""
    what = _("vocabulary")
    file = files("handrail.sites.anonymity") / "vocabulary.toml"
    lists = validate(_File, parse_toml(file.read_bytes(), what, file.name), what, file.name)
    return Vocabulary(
        content=_terms((*lists.words.split(), *lists.phrases.split(";"))),
        joining=_terms(lists.joining.split(";")),
        whole=_terms(lists.whole.split(";")),
        common=_terms(lists.common.split()),
    )


def _terms(wordings: Iterable[str]) -> frozenset[Term]:
    return frozenset(map(words, wordings)) - {()}


def _after(name: Sequence[str], start: int, terms: frozenset[Term]) -> Iterator[int]:
    """Yield the ends of all terms that begin at `start`."""
    longest = max(map(len, terms))
    yield from (
        end
        for end in range(start + 1, min(start + longest, len(name)) + 1)
        if tuple(name[start:end]) in terms
    )
