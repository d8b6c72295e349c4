"""The notice that demanded a verification: what its date means for this flow on this site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.walk.deadline import earliest, from_notice

if TYPE_CHECKING:
    from handrail.walk.trail import Trail

_ENDS = ("answer", "verify")


def count_from_notice(trail: Trail) -> None:
    """Count the deadline from the notice's date, or say that nobody has published how many days there are.

    A certification counts its own: its pages name deadlines too.
    """
    day = trail.notice_date
    if day is None or trail.flow == "certify":
        return
    rules = [
        rule for flow, known in trail.site.guide.items() if flow == trail.flow for rule in known.deadlines
    ]
    counted = [rule.days for rule in rules if rule.starts == "notice" and rule.what in _ENDS]
    trail.deadline = earliest(*(from_notice(day, days) for days in counted))
    if trail.deadline is None:
        trail.say(
            _("How many days a notice of this gives is not published for {site}: what the notice says holds.",
              site=trail.site.name)
        )  # fmt: skip
    else:
        trail.recorder.event("deadline", **trail.deadline.as_json())  # type: ignore[arg-type]  # plain JSON
