"""Why a run stops: each reason with the outcome it means and what the person can do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from handrail.core.errors import HandrailError
from handrail.core.i18n import lazy
from handrail.core.outcome import Outcome


class Stop(HandrailError):
    """The run cannot go on here; its message is the advice to the person."""

    outcome = Outcome.UNFINISHED
    captured = False
    """Whether the page was captured for it already."""

    def __init__(
        self,
        advice: str,
        *,
        hint: str | None = None,
        where: str | None = None,
        ends_run: bool = True,
    ) -> None:
        super().__init__(advice, hint=hint, where=where)
        self.ends_run = ends_run
        """False where only this channel ends, and the run goes on with the next."""

    @property
    def word(self) -> str:
        """How a step that it ended is said to have gone."""
        return self.outcome.value

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # follows the outcome, one meaning each
        """The outcome's exit code."""
        return self.outcome.exit_code


class PageNotReady(Stop):
    """A page did not come, or came without what we wait for; nothing was sent."""


class ReadingChanged(PageNotReady):
    """What a step rests on has changed on the page since it was read; it is read anew."""


class FieldNotTaken(Stop):
    """A field reads back otherwise than it was filled."""

    outcome = Outcome.NEEDS_PERSON


class NeedsPerson(Stop):
    """A person must act or decide, and nobody did."""

    outcome = Outcome.NEEDS_PERSON
    hint = lazy("Run the same command again when you are ready; what was done already is not done twice.")


class SessionChanged(NeedsPerson):
    """Somebody signed in meanwhile: whose account it is must be seen before anything else is done."""


class WrongAccount(NeedsPerson):
    """Somebody else's account is signed in."""


class SiteRefused(Stop):
    """The site said no, and no act of the seller mends it."""

    outcome = Outcome.REFUSED


class OutcomeUnknown(Stop):
    """Something was sent and what came of it is not known."""

    outcome = Outcome.UNKNOWN


class Waiting(Stop):
    """There is nothing to do before a certain time."""

    outcome = Outcome.WAITING
    hint = lazy("Run the same command again after that time; it goes on from what the page shows.")

    def __init__(
        self,
        advice: str,
        *,
        until: datetime,
        until_from: Literal["site", "handrail"],
        ends_run: bool = False,
    ) -> None:
        super().__init__(advice, ends_run=ends_run)
        self.until = until.astimezone().isoformat(timespec="seconds")
        """RFC 3339 with offset."""
        self.until_from = until_from
        """Who says so: the site, or Handrail's own caution."""


def in_minutes(minutes: float) -> datetime:
    """The time so many minutes from now."""
    return datetime.now(UTC) + timedelta(minutes=minutes)


def retry_after(value: str | None) -> datetime | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3); None for neither."""
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            return datetime.now(UTC) + timedelta(seconds=int(value))
        return parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
