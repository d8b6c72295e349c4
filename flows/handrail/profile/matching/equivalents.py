"""Tables of equivalent spellings for streets, areas and company names, each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from handrail.core.i18n import gettext as _
from handrail.core.toml_files import parse_toml, validate
from handrail.profile.field_types import Table
from handrail.profile.matching.tokens import Token, in_digits, tokens
from handrail.profile.text import plain

Place = Literal["street", "area", "name"]
"""What a text is: lines of an address, a city or state, or a company's name."""


@dataclass(frozen=True)
class Rule:
    """A reason why two spellings are equivalent."""

    text: str
    """The two forms, "St = Street", or what differs in a person's language: "capital letters"."""
    source: str = ""
    """The source; empty for obvious rules such as capitals."""


class Forms(Table):
    """One table of a file: equivalent spellings from one source."""

    source: str
    """Who says so: a post office, a standard, a statute; "usage" where nobody wrote it down."""
    read: date | None = None
    """The day somebody read it there; absent where it is from general knowledge."""
    places: tuple[Place, ...] = Field(alias="in", min_length=1)
    """Where these forms may stand for each other."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Each one word and its other spellings; a word may be in several groups."""
    optional: tuple[str, ...] = ()
    """Words that may be left out."""
    endings: tuple[str, ...] = ()
    """Ends of compound words that are words of their own: straße in Hauptstraße."""
    letters: str = ""
    """Pairs of characters, old and new, with spaces between the pairs."""


class Rewrite(Table):
    """A rewriting of numbers or units into another form."""

    source: str
    """Who says that both are the same."""
    read: date | None = None
    """The day somebody read it there; absent where it is from general knowledge."""
    places: tuple[Place, ...] = Field(alias="in", min_length=1)
    """Where it may be rewritten."""
    says: str
    """The two forms, for a person."""
    pattern: str
    """A regex; capitals and small letters are the same to it."""
    to: str
    """What is put in its place."""


class FormsFile(Table):
    """A file of forms, for one country or one language."""

    uses: tuple[str, ...] = ()
    """Other files whose forms hold here too."""
    forms: tuple[Forms, ...] = ()
    """The equivalent spellings."""
    rewrites: tuple[Rewrite, ...] = ()
    """What is rewritten before words are compared."""


@dataclass(frozen=True)
class Equivalents:
    """All equivalent forms for one kind of text in one country."""

    by_first: dict[str, list[tuple[Group, tuple[str, ...]]]]
    """Each form under its first word, with the group it belongs to."""
    optional: dict[str, str]
    """Words that may be left out, each with its source."""
    endings: tuple[str, ...]
    """Ends of compound words."""
    letters: dict[str, str]
    """Old characters and their new forms."""
    rewrites: tuple[tuple[re.Pattern[str], str, Rule], ...]
    """What is rewritten first."""

    def tokens(self, text: str) -> tuple[tuple[Token, ...], tuple[Rule, ...]]:
        """Return a text's words, and the rewritings that were applied."""
        used: list[Rule] = []
        text = plain(text)
        if (digits := in_digits(text)) != text:
            text, used = digits, [Rule(_("Chinese numerals"))]
        for pattern, to, rule in self.rewrites:
            text, times = pattern.subn(to, text)
            used += [rule] * bool(times)
        return tokens(text, self.endings, self.letters), tuple(used)


@dataclass(frozen=True)
class Group:
    """Spellings of one word, as words."""

    forms: tuple[tuple[str, ...], ...]
    """Each spelling as its folded words."""
    written: tuple[str, ...]
    """The same spellings as the table writes them."""
    source: str
    """Who says that they are the same."""

    def rule(self, left: tuple[str, ...], right: tuple[str, ...]) -> Rule:
        """Return why these two are the same."""
        first, second = (self.written[self.forms.index(form)] for form in (left, right))
        return Rule(f"{first} = {second}", self.source)


def make_group(spellings: tuple[str, ...], source: str, letters: dict[str, str] | None = None) -> Group:
    """Return the group of these spellings."""
    folded = {tuple(token.plain for token in tokens(text, (), letters or {})): text for text in spellings}
    folded.pop((), None)
    return Group(tuple(folded), tuple(folded.values()), source)


def equivalents(country: str, *places: Place) -> Equivalents:
    """Return the forms that hold in one country (two letters) for texts of these kinds."""
    # A country without a table follows English conventions on the web.
    return _equivalents(country.lower() if _file(country.lower()) else "english", places)


@lru_cache(maxsize=64)
def _equivalents(name: str, places: tuple[Place, ...]) -> Equivalents:
    chosen = [file for each in ("company", name) for file in _files(each)]
    forms = [each for file in chosen for each in file.forms if set(each.places) & set(places)]
    letters = {pair[0]: pair[1] for each in forms for pair in each.letters.split()}
    return Equivalents(
        by_first=index(
            [make_group(spellings, each.source, letters) for each in forms for spellings in each.groups]
        ),
        optional={
            token.plain: each.source
            for each in forms
            for word in each.optional
            for token in tokens(word, (), letters)
        },
        endings=tuple({token.plain for each in forms for end in each.endings for token in tokens(end)}),
        letters=letters,
        rewrites=tuple(
            (re.compile(rewrite.pattern, re.IGNORECASE), rewrite.to, Rule(rewrite.says, rewrite.source))
            for file in chosen
            for rewrite in file.rewrites
            if set(rewrite.places) & set(places)
        ),
    )


def index(groups: list[Group]) -> dict[str, list[tuple[Group, tuple[str, ...]]]]:
    """Return the groups' forms under their first words."""
    by_first: dict[str, list[tuple[Group, tuple[str, ...]]]] = {}
    for group in groups:
        for form in group.forms:
            by_first.setdefault(form[0], []).append((group, form))
    return by_first


def countries() -> tuple[str, ...]:
    """Return the countries (two letters) that have a table of their own."""
    folder = files("handrail.profile") / "forms"
    names = (each.name.removesuffix(".toml") for each in folder.iterdir())
    return tuple(sorted(name.upper() for name in names if len(name) == 2))


def _files(name: str) -> Iterator[FormsFile]:
    """Yield the file of this name and every file it uses."""
    if file := _file(name):
        yield file
        for used in file.uses:
            yield from _files(used)


@lru_cache(maxsize=32)
def _file(name: str) -> FormsFile | None:
    resource = files("handrail.profile") / "forms" / f"{name}.toml"
    if not resource.is_file():
        return None
    what = _("table of forms")
    return validate(FormsFile, parse_toml(resource.read_bytes(), what, resource.name), what, resource.name)
