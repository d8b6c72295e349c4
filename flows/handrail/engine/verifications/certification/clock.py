"""The clock of a certification: by when it must be done, in every reading, and who may start it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import Reading, Source, from_notice
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.verifications import questions
from handrail.operator import Prompt
from handrail.operator.prompts import YES, yes_or_no

if TYPE_CHECKING:
    from handrail.engine.verifications.certification.verification import Certification
    from handrail.sites.schema.locators import Value


class Clock:
    """The deadline of one certification; opening its notice starts it."""

    def __init__(self, place: Certification) -> None:
        self._place = place
        self.runs = False
        """Whether the notice was opened, and so opening it once more has no effect."""
        self.unread: list[str] = []
        """Deadlines that the page names in words which are no date."""

    async def read(self) -> None:
        """Read what the account's page, the notice's date and this machine's own ledger say."""
        place, where = self._place, self._place.where
        remembered = self._remembered()
        shown = where.clock is not None and await place.run.view.locate(where.clock).count()
        # A page may show late what was started from here.
        self.runs = bool(shown) or remembered is not None
        told = await self._reading(where.certify_by, "clock")
        day = place.run.notice_date
        self._place.run.count_deadline(
            from_notice(day, where.rule.days) if day else None,
            await self._reading(where.due, "site"),
            told or remembered,
        )

    def started(self) -> None:
        """Count from now: the notice has just been opened."""
        self.runs = True
        self._holds_clock(Reading(_in_days(self._place.where.rule.days), "clock"))

    async def read_notice(self) -> None:
        """Read what the notice itself says of its clock's end; it counts before our own reckoning."""
        told = await self._reading(self._place.where.notice_by, "clock")
        if told is not None:
            self._holds_clock(told)

    async def agree_to_start(self) -> None:
        """Have the person say that the clock may start, naming the deadline; without that, stop."""
        run, days = self._place.run, self._place.where.rule.days
        if run.rehearsing:
            return  # nothing is opened
        by = _in_days(days)
        if run.deadline is not None:
            by = min(by, run.deadline.at.astimezone())
        prompt = Prompt(
            "start-clock",
            _(
                "Everything was compared and found to be right. Opening the next page starts a legal "
                "deadline: {days} days, so certify by {day}. Open it?",
                days=days,
                day=f"{by:%Y-%m-%d}",
            ),
            choices=yes_or_no(),
            channel=self._place.name,
        )
        answer = await run.journal.ask(prompt)
        if answer is None or answer.choice != YES:
            raise NeedsPerson(
                _("The notice was not opened: nobody said that its clock may start."),
                hint=self.by_when(),
                ends_run=False,
            )

    def by_when(self) -> str:
        """Return what to do and by when, for the end of any sentence that says why it stopped."""
        deadline = self._place.run.deadline
        if deadline is None:
            return _("Run the same command again when you are ready; nothing was sent.")
        return _("Deadline: {deadline}. Run the same command again before that.", deadline=deadline)

    def stopped(self) -> None:
        """Forget a clock that was started from here: the site asks for nothing any more."""
        self._place.run.ledger.settle_last(self._place.key, "open-notice", "opened", "answered")

    def _remembered(self) -> Reading | None:
        """Return the end of a clock that was started from this machine, while it may still run."""
        ledger, key = self._place.run.ledger, self._place.key
        opened, done = ledger.last(key, "open-notice", "opened"), ledger.last(key, "certify", "accepted")
        if opened is None or (done is not None and done.at >= opened.at):
            return None
        end = opened.left + timedelta(days=self._place.where.rule.days)
        return Reading(end.astimezone(), "clock") if end > datetime.now(UTC) else None

    async def _reading(self, value: Value | None, source: Source) -> Reading | None:
        run = self._place.run
        text = await run.view.read(value) if value is not None else None
        at = questions.as_time(text)
        if text is not None and at is None and text not in self.unread:
            self.unread.append(text)
            run.journal.say(
                _(
                    "The page names a deadline in words that Handrail cannot count: “{words}”. It holds.",
                    words=text,
                )
            )
        return Reading(at, source) if at is not None else None

    def _holds_clock(self, reading: Reading) -> None:
        known = self._place.run.deadline
        others = [one for one in known.readings if one.source != "clock"] if known else []
        self._place.run.count_deadline(*others, reading)


def _in_days(days: int) -> datetime:
    return datetime.now().astimezone() + timedelta(days=days)
