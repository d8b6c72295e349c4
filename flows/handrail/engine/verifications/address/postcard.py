"""A postcard with a code: whether one is on its way, by the page and by the ledger, and its dates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import days_after
from handrail.engine.effects.press import observe

if TYPE_CHECKING:
    from handrail.engine.context.ledger import Entry, Key
    from handrail.engine.context.run_context import RunContext
    from handrail.engine.verifications.dates import Dates
    from handrail.sites.schema.address import AddressSlot

_RULES = {"arrives": "expected", "usable": "usable"}
"""What a site file's rules call the dates of a postcard, and what the result calls them."""


class Postcard:
    """The postcard of one address: at most one is ever out."""

    def __init__(self, run: RunContext, spec: AddressSlot, key: Key, dates: Dates) -> None:
        self._run = run
        self._spec = spec
        self._key = key
        self._dates = dates
        self.is_given_up = False
        """Whether the person agreed to make its code worthless; closed as what does that leaves."""

    def order(self) -> Entry | None:
        """Return the order that the ledger knows to be out, whatever the page shows."""
        entries = self._run.ledger.still_open(self._key)
        return next((entry for entry in reversed(entries) if entry.outcome == "code-asked"), None)

    def order_day(self) -> str:
        """Return the day it was ordered; a question mark where that is not known."""
        order = self.order()
        return f"{order.released_at.astimezone():%Y-%m-%d}" if order and order.released_at else "?"

    def may_still_show(self) -> bool:
        """Whether it was ordered so lately that the page may not show it yet."""
        order, soon = self.order(), timedelta(hours=self._spec.shows_within_hours)
        return order is not None and bool(soon) and not order.is_older_than(soon)

    async def is_shown(self) -> bool:
        """Whether the page that is open shows one on its way; its dates are noted."""
        spec = self._spec.postcard
        if spec is None or not await self._run.view.is_seen(spec.see):
            return False
        named = {"ordered": spec.ordered, "expected": spec.expected, "usable": spec.usable}
        for name, value in named.items():
            if value is not None:
                self._dates.note(name, await self._run.view.read(value))
        self.count_dates()
        return True

    def count_dates(self) -> None:
        """Count its dates from the order, by the site file's rules, where the page names none."""
        order, known = self.order(), self._run.site.guide.get("address")
        if order is None or order.released_at is None:
            return
        self._dates.count("ordered", order.released_at)
        for rule in known.deadlines if known is not None else ():
            if rule.starts == "ordered" and rule.what in _RULES:
                at = days_after(order.released_at, rule.days, business=rule.business_days)
                self._dates.count(_RULES[rule.what], at)

    def describe_dates(self) -> str:
        """Return its dates in a person's words."""
        labels = {
            "ordered": _("ordered {day}", day=self._dates.day("ordered") or ""),
            "expected": _("expected by {day}", day=self._dates.day("expected") or ""),
            "usable": _("usable until {day}", day=self._dates.day("usable") or ""),
        }
        dates = [
            _("{date}, as reckoned here", date=label) if self._dates.is_counted(name) else label
            for name, label in labels.items()
            if self._dates.day(name) is not None
        ]
        return _(", ").join(dates) or _("the site gives no dates")

    def close_given_up(self) -> None:
        """Close the orders that the person gave up, as what makes them worthless leaves, and no sooner."""
        if not self.is_given_up:
            return
        for entry in self._run.ledger.still_open(self._key):
            if entry.outcome == "code-asked":
                observe(
                    self._run, entry, "superseded", source="person", why=_("the person agreed to another")
                )
        self.is_given_up = False
