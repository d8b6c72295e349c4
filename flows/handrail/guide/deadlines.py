"""Deadlines and waiting times: the rule, its source and, where the notice's date is given, the day."""

from __future__ import annotations

from datetime import date, timedelta

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.guide.model import Due
from handrail.sites.schema.guide import Deadline, GuideEntry
from handrail.sites.schema.site import Site


def deadlines(
    flow: str, site: Site, known: GuideEntry | None, notice_date: date | None, today: date
) -> tuple[tuple[Due, ...], tuple[str, ...]]:
    """Return the deadlines, and notes about them.

    Raises BadInput for a notice date in the future, except tomorrow, for time zones.
    """
    if notice_date is not None and notice_date > today + timedelta(days=1):
        raise BadInput(
            _("--notice-date {day} is in the future.", day=notice_date),
            hint=_("Give the day that the notice itself is dated, such as 2026-01-31."),
            where="--notice-date",
        )
    rules = _rules(flow, site, known)
    return tuple(_due(rule, notice_date, today) for rule in rules), _notes(rules, notice_date)


def _rules(flow: str, site: Site, known: GuideEntry | None) -> tuple[Deadline, ...]:
    rules = known.deadlines if known else ()
    if rules or flow != "certify" or site.certify is None:
        return rules
    rule = site.certify.rule
    return tuple(
        Deadline(what="certify", days=rule.days, starts=starts, source=rule.source)
        for starts in ("opened", "notice")
    )


def _due(rule: Deadline, notice_date: date | None, today: date) -> Due:
    counted = rule.starts == "notice" and notice_date is not None and not rule.business_days
    by = notice_date + timedelta(days=rule.days) if counted and notice_date else None
    left = (by - today).days if by is not None else None
    return Due(
        _sentence(rule), rule.source, by, passed=left is not None and left < 0, days=rule.days, left=left
    )


def _notes(rules: tuple[Deadline, ...], notice_date: date | None) -> tuple[str, ...]:
    starts = {rule.starts for rule in rules if rule.what in {"answer", "certify", "verify"}}
    notes = []
    if {"opened", "notice"} <= starts:
        notes.append(_("Both ways of counting are shown; the earlier day holds."))
    if not starts:
        notes.append(_("No deadline for this is published. The notice itself may name one; write it down."))
    if notice_date is None and "notice" in starts:
        notes.append(
            _("Add `--notice-date YYYY-MM-DD`, the day the notice is dated, to see how many days are left.")
        )
    return tuple(notes)


def _sentence(rule: Deadline) -> str:
    what = {
        "answer": _("Answer the notice"),
        "certify": _("Certify"),
        "verify": _("Have it verified"),
        "arrives": _("The postcard should arrive"),
        "usable": _("The postcard's code can be used"),
        "status-shown": _("The page shows the new status"),
    }[rule.what]
    start = {
        "notice": _("the notice"),
        "opened": _("opening the notice's page"),
        "ordered": _("ordering it"),
        "changed": _("the change"),
        "certified": _("certifying"),
    }[rule.starts]
    if rule.days == 1:
        return _("{what}: within a day of {start}", what=what, start=start)
    if rule.business_days:
        return _("{what}: within {days} business days of {start}", what=what, days=rule.days, start=start)
    return _("{what}: within {days} days of {start}", what=what, days=rule.days, start=start)
