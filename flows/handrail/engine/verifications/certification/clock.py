"""The clock of a certification: by when it must be done, in every reading, and who may start it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import Reading, Source, from_notice, parse_time
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Prompt
from handrail.operator.prompts import yes_or_no

if TYPE_CHECKING:
    from handrail.engine.context.ledger import Key
    from handrail.engine.context.run_context import RunContext
    from handrail.sites.schema.certification import CertificationSpec
    from handrail.sites.schema.locators import Value


class Clock:
    """The deadline of one certification; opening its notice starts it."""

    def __init__(self, run: RunContext, spec: CertificationSpec, key: Key) -> None:
        self._run = run
        self._spec = spec
        self._key = key
        self.runs = False
        """Whether the notice was opened, and so opening it once more has no effect."""
        self.unread: list[str] = []
        """Deadlines that the page names in words which are no date."""

    async def read(self) -> None:
        """Read what the account's page, the notice's date and this machine's own ledger say."""
        spec = self._spec
        opened = self._opened_from_here()
        # A page may show late what was started from here.
        self.runs = opened is not None or (
            spec.clock is not None and await self._run.view.is_seen(spec.clock)
        )
        end = await self._reading(spec.certify_by, "clock")
        notice_date = self._run.notice_date
        self._run.count_deadline(
            from_notice(notice_date, spec.rule.days) if notice_date else None,
            await self._reading(spec.due, "site"),
            end or opened,
        )

    def start(self) -> None:
        """Count from now: the notice has just been opened."""
        self.runs = True
        self._count_clock(Reading(_in_days(self._spec.rule.days), "clock"))

    async def read_notice(self) -> None:
        """Read what the notice itself says of its clock's end; it counts before our own reckoning."""
        end = await self._reading(self._spec.notice_by, "clock")
        if end is not None:
            self._count_clock(end)

    async def agree_to_start(self) -> None:
        """Return once the person, told the deadline, said that the clock may start; else NeedsPerson."""
        run, days = self._run, self._spec.rule.days
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
            channel=self._key.channel,
        )
        not_agreed = NeedsPerson(
            _("The notice was not opened: nobody said that its clock may start."),
            hint=self.by_when(),
            ends_run=False,
        )
        await run.journal.require_yes(prompt, not_agreed)

    def by_when(self) -> str:
        """Return what to do and by when, for the end of any sentence that says why it stopped."""
        deadline = self._run.deadline
        if deadline is None:
            return _("Run the same command again when you are ready; nothing was sent.")
        return _("Deadline: {deadline}. Run the same command again before that.", deadline=deadline)

    def forget(self) -> None:
        """Forget a clock that was started from here: the site asks for nothing any more."""
        self._run.ledger.settle_last(self._key, "open-notice", "opened", "answered")

    def _opened_from_here(self) -> Reading | None:
        """Return the end of a clock that was started from this machine, while it may still run."""
        ledger, key = self._run.ledger, self._key
        opened, done = ledger.last(key, "open-notice", "opened"), ledger.last(key, "certify", "accepted")
        if opened is None or (done is not None and done.at >= opened.at):
            return None
        end = opened.left + timedelta(days=self._spec.rule.days)
        return Reading(end.astimezone(), "clock") if end > datetime.now(UTC) else None

    async def _reading(self, value: Value | None, source: Source) -> Reading | None:
        text = await self._run.view.read(value) if value is not None else None
        at = parse_time(text)
        if text is not None and at is None and text not in self.unread:
            self.unread.append(text)
            self._run.journal.say(
                _(
                    "The page names a deadline in words that Handrail cannot count: “{words}”. It holds.",
                    words=text,
                )
            )
        return Reading(at, source) if at is not None else None

    def _count_clock(self, reading: Reading) -> None:
        known = self._run.deadline
        others = [other for other in known.readings if other.source != "clock"] if known else []
        self._run.count_deadline(*others, reading)


def _in_days(days: int) -> datetime:
    return datetime.now().astimezone() + timedelta(days=days)
