"""Align two texts word by word, and return the rules that make them the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handrail.core.i18n import gettext as _
from handrail.profile.matching.equivalents import Equivalents, Group, Rule, index
from handrail.profile.matching.tokens import Token, unmarked
from handrail.profile.text import plain

_JOINED = 4
"""The most words that may be written as one: Qian Hai and Qianhai."""


def same(
    left_text: str, right_text: str, equivalents: Equivalents, more: Sequence[Group] = ()
) -> tuple[Rule, ...] | None:
    """Return the rules that make two texts the same, () for identical texts, or None for different ones.

    `more` are further equivalent spellings for these texts: the names of their areas.
    """
    left, rewritten = equivalents.tokens(left_text)
    right, also_rewritten = equivalents.tokens(right_text)
    rules = _Alignment(left, right, equivalents, index(list(more))).rules()
    if rules is None:
        return None
    # A rewriting on both sides makes no difference.
    changed = tuple(
        rule for rule in (*rewritten, *also_rewritten) if (rule in rewritten) != (rule in also_rewritten)
    )
    return tuple(dict.fromkeys((*changed, *rules))) or _surface(left_text, right_text)


def capitals() -> Rule:
    """Return the rule that capitals and small letters are the same."""
    return Rule(_("capital letters"))


def only_surface(rules: Sequence[Rule]) -> bool:
    """Tell whether two texts differ in commas, dots, spaces, character widths or capitals alone."""
    return bool(rules) and set(rules) <= {capitals(), _full_width(), _punctuation()}


def _full_width() -> Rule:
    return Rule(_("full-width characters"))


def _punctuation() -> Rule:
    return Rule(_("punctuation or spaces"))


def _surface(left_text: str, right_text: str) -> tuple[Rule, ...]:
    if left_text == right_text:
        return ()
    if plain(left_text) == plain(right_text):
        return (_full_width(),)
    return (_punctuation(),)


@dataclass
class _Alignment:
    left: tuple[Token, ...]
    right: tuple[Token, ...]
    equivalents: Equivalents
    more: dict[str, list[tuple[Group, tuple[str, ...]]]]

    def rules(self) -> tuple[Rule, ...] | None:
        """Return the rules used from the first words to the last, or None."""
        self._dead: set[tuple[int, int, str]] = set()
        return self._from(0, 0, "")

    def _from(self, i: int, j: int, skipped: str) -> tuple[Rule, ...] | None:
        if i == len(self.left) and j == len(self.right):
            return ()
        if (i, j, skipped) in self._dead:
            return None
        for next_i, next_j, side, rule in self._steps(i, j, skipped):
            rest = self._from(next_i, next_j, side)
            if rest is not None:
                return (*rule, *rest)
        self._dead.add((i, j, skipped))
        return None

    def _steps(self, i: int, j: int, skipped: str) -> Iterator[tuple[int, int, str, tuple[Rule, ...]]]:
        left, right = self.left[i:], self.right[j:]
        if left and right and left[0].same(right[0]):
            yield i + 1, j + 1, "", _letters(left[0], right[0])
        for left_count, right_count, rule in self._grouped(left, right):
            yield i + left_count, j + right_count, "", (rule,)
        for left_count, right_count in _joined(left, right):
            yield i + left_count, j + right_count, "", (Rule(_("words written together or apart")),)
        # A word left out on one side must not be paired with another left out on the other.
        if left and skipped != "right" and (dropped := self._left_out(left[0])):
            yield i + 1, j, "left", (dropped,)
        if right and skipped != "left" and (dropped := self._left_out(right[0])):
            yield i, j + 1, "right", (dropped,)

    def _grouped(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> Iterator[tuple[int, int, Rule]]:
        for first in {left[0].plain, left[0].wide} if left else ():
            for group, form in (*self.more.get(first, ()), *self.equivalents.by_first.get(first, ())):
                if _begins(left, form):
                    for other in group.forms:
                        if other != form and _begins(right, other):
                            yield len(form), len(other), group.rule(form, other)

    def _left_out(self, token: Token) -> Rule | None:
        source = self.equivalents.optional.get(token.plain)
        return Rule(_("without “{word}”", word=token.raw), source) if source else None


def _begins(tokens: tuple[Token, ...], form: tuple[str, ...]) -> bool:
    start = tokens[: len(form)]
    return len(start) == len(form) and all(
        word in (token.plain, token.wide) for token, word in zip(start, form, strict=True)
    )


def _joined(left: tuple[Token, ...], right: tuple[Token, ...]) -> Iterator[tuple[int, int]]:
    """Yield how many words on each side spell the same letters, where one side has a single word."""
    for many, single, swapped in ((left, right, False), (right, left, True)):
        letters = ""
        for count, token in enumerate(many[:_JOINED], 1):
            if not token.plain.isalpha() or not single:
                break
            letters += token.plain
            if count > 1 and letters == single[0].plain:
                yield (1, count) if swapped else (count, 1)


def _letters(left: Token, right: Token) -> tuple[Rule, ...]:
    if left.raw == right.raw:
        return ()
    if left.raw.casefold() == right.raw.casefold():
        return (capitals(),)
    if unmarked(left.raw.casefold()) == unmarked(right.raw.casefold()):
        return (Rule(_("accents")),)
    return (Rule(f"{left.raw} = {right.raw}"),)
