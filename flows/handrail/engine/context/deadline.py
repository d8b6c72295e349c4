"""Deadlines: every reading with where it comes from; the earliest holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from handrail.core.i18n import gettext as _

Source = Literal["notice", "site", "clock"]
_SATURDAY = 5


@dataclass(frozen=True)
class Reading:
    """One reading of a deadline."""

    at: datetime
    """With offset."""
    source: Source
    """notice: counted from the notice's date; site: the site's own page; clock: the page that started it."""

    def as_json(self) -> dict[str, str]:
        """Return it as results hold it."""
        return {"at": self.at.isoformat(timespec="seconds"), "from": self.source}

    def __str__(self) -> str:
        """Return the day with where it is from."""
        sources = {
            "notice": _("counted from the notice"),
            "site": _("as the site's page says"),
            "clock": _("since the notice's page was opened"),
        }
        return _("{time} ({source})", time=f"{self.at:%Y-%m-%d %H:%M %z}", source=sources[self.source])


@dataclass(frozen=True)
class Deadline:
    """When something must be done by, in every reading of it."""

    readings: tuple[Reading, ...]
    """The earliest first; never empty."""

    @property
    def at(self) -> datetime:
        """The earliest reading: the one that holds."""
        return self.readings[0].at

    def as_json(self) -> dict[str, Any]:
        """Return it as results and the evidence hold it."""
        return {**self.readings[0].as_json(), "readings": [reading.as_json() for reading in self.readings]}

    def __str__(self) -> str:
        """Return every reading, the one that holds first."""
        return _("; ").join(map(str, self.readings))


def days_after(start: datetime, days: int, *, business: bool = False) -> datetime:
    """Return the moment so many days later; business days are Monday to Friday, holidays not known."""
    if not business:
        return start + timedelta(days=days)
    at = start
    while days > 0:
        at += timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at


def from_notice(notice: date, days: int) -> Reading:
    """Return the deadline so many days after a notice: the beginning of that day, here, to be safe."""
    day = datetime.combine(notice + timedelta(days=days), time())
    return Reading(day.astimezone(), "notice")


def earliest(*readings: Reading | None) -> Deadline | None:
    """Return the deadline of all readings there are; None where there is none."""
    known = sorted((reading for reading in readings if reading is not None), key=lambda reading: reading.at)
    return Deadline(tuple(known)) if known else None


def parse_time(text: str | None) -> datetime | None:
    """Read a page's time or day (ISO 8601), a bare one as this machine's; None for anything else."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        return None
