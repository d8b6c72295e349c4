"""Sentences shared by the terminal and the page."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.core.labels import label
from handrail.guide.model import Checklist, Due


def headline(checklist: Checklist) -> str:
    """Return the verification and the site as a headline."""
    return _("{what} on {site}", what=label("flow", checklist.flow), site=checklist.site)


def until(due: Due) -> str | None:
    """Say until which day, and how many days are left of all; None where no day can be counted."""
    if due.by is None or due.left is None:
        return None
    if due.passed:
        return _("over since {day}", day=due.by)
    if due.left == 0:
        return _("until {day}: today is the last day", day=due.by)
    if due.left == 1:
        return _("until {day}: one of the {days} days is left", day=due.by, days=due.days)
    if due.left > due.days:
        return _("until {day}", day=due.by)
    return _("until {day}: {left} of the {days} days are left", day=due.by, left=due.left, days=due.days)


def sureness(checklist: Checklist) -> str:
    """Return how reliable the labels are, in a sentence."""
    if checklist.walked:
        return _("Each label says how sure it is.")
    return _(
        "We have not seen these pages ourselves: each label says whether other sellers reported it or it is "
        "a guess. Where the page says something else, believe the page."
    )
