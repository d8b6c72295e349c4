"""Compare addresses whose parts are in another order, as in Chinese and Western writing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handrail.core.i18n import gettext as _
from handrail.profile.matching.alignment import same
from handrail.profile.matching.equivalents import Equivalents, Group, Rule

_MOST = 9
"""The most segments of an address."""


def same_in_any_order(
    left: str, right: str, equivalents: Equivalents, areas: Sequence[Group]
) -> tuple[Rule, ...] | None:
    """Return the rules that make two texts the same in any order of segments, or None."""
    straight = same(left, right, equivalents, areas)
    if straight is not None:
        return straight
    ours, theirs = _segments(left), _segments(right)
    if len(ours) != len(theirs) or len(ours) > _MOST:
        return None
    used: list[Rule] = []
    for segment in ours:
        for place, beside in enumerate(theirs):
            rules = _same_segment(segment, beside, equivalents, areas)
            if rules is not None:
                used += rules
                del theirs[place]
                break
        else:
            return None
    return tuple(dict.fromkeys((*used, another_order()))) if len(ours) > 1 else tuple(used)


def another_order() -> Rule:
    """Return the rule that parts may be in another field or order."""
    return Rule(_("parts in another field or order"))


def _same_segment(
    left: str, right: str, equivalents: Equivalents, areas: Sequence[Group]
) -> tuple[Rule, ...] | None:
    """Compare two segments; the house number may precede or follow the street."""
    straight = same(left, right, equivalents, areas)
    if straight is not None:
        return straight
    for text, beside in ((left, right), (right, left)):
        if number := re.fullmatch(r"(\d+\s?[A-Za-z]?)\s+(.+)", text):
            rules = same(f"{number[2]} {number[1]}", beside, equivalents, areas)
            if rules is not None:
                return (Rule(_("the house number before or after the street")), *rules)
    return None


def _segments(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"[,，、;；\n]", text) if each.strip()]
