"""The notice that demanded a verification: what its date means for this flow on this site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import from_notice

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_ENDS = ("answer", "verify")


def count_from_notice(run: RunContext) -> None:
    """Count the deadline from the notice's date, or say that nobody has published how many days there are.

    A certification counts its own: its pages name deadlines too.
    """
    day = run.notice_date
    if day is None or run.flow == "certify":
        return
    rules = [rule for flow, entry in run.site.guide.items() if flow == run.flow for rule in entry.deadlines]
    counted = [rule.days for rule in rules if rule.starts == "notice" and rule.what in _ENDS]
    run.count_deadline(*(from_notice(day, days) for days in counted))
    if run.deadline is None:
        run.journal.say(
            _("How many days a notice of this gives is not published for {site}: what the notice says holds.",
              site=run.site.name)
        )  # fmt: skip
