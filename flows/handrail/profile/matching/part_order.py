"""Texts whose parts stand in another order: Chinese and Western, number before or after the street."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handrail.core.i18n import gettext as _
from handrail.profile.matching.alignment import same
from handrail.profile.matching.equivalents import Equivalents, Group, Rule

_MOST = 9
"""Segments of an address; a text with more is no address."""


def same_in_any_order(
    one: str, other: str, known: Equivalents, areas: Sequence[Group]
) -> tuple[Rule, ...] | None:
    """Return the rules that make two texts one place, or None; their segments may stand in any order."""
    straight = same(one, other, known, areas)
    if straight is not None:
        return straight
    ours, theirs = _segments(one), _segments(other)
    if len(ours) != len(theirs) or len(ours) > _MOST:
        return None
    used: list[Rule] = []
    for segment in ours:
        for place, beside in enumerate(theirs):
            rules = _turned(segment, beside, known, areas)
            if rules is not None:
                used += rules
                del theirs[place]
                break
        else:
            return None
    return tuple(dict.fromkeys((*used, another_order()))) if len(ours) > 1 else tuple(used)


def another_order() -> Rule:
    """Return the rule that a part may stand in another field, or before another."""
    return Rule(_("parts in another field or order"))


def _turned(one: str, other: str, known: Equivalents, areas: Sequence[Group]) -> tuple[Rule, ...] | None:
    """Compare two segments, the house number before the street in one and after it in the other."""
    straight = same(one, other, known, areas)
    if straight is not None:
        return straight
    for text, beside in ((one, other), (other, one)):
        if number := re.fullmatch(r"(\d+\s?[A-Za-z]?)\s+(.+)", text):
            rules = same(f"{number[2]} {number[1]}", beside, known, areas)
            if rules is not None:
                return (Rule(_("the house number before or after the street")), *rules)
    return None


def _segments(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"[,，、;；\n]", text) if each.strip()]
