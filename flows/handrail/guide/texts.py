"""Sentences shared by the terminal and the page."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.core.labels import label
from handrail.guide.model import Checklist


def headline(checklist: Checklist) -> str:
    """Return the verification and the site as a headline."""
    return _("{what} on {site}", what=label("flow", checklist.flow), site=checklist.site)


def sureness(checklist: Checklist) -> str:
    """Return how reliable the labels are, in a sentence."""
    if checklist.walked:
        return _("Each label says how sure it is.")
    return _(
        "Nobody of this project has stood on these pages. Each label says how sure it is: reported by others "
        "or guessed. Where the page says something else, believe the page."
    )
