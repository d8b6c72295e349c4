"""Times and channels of events, formatted for the report; a missing fact becomes an empty text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from handrail.core.i18n import gettext as _
from handrail.core.labels import joined, label, store_label
from handrail.core.time_format import readable
from handrail.evidence.format.events import Event


def clock(event: Event, offset: timedelta) -> str:
    """Return an event's time of day where it was recorded: HH:MM:SS."""
    return f"{local_time(event.utc, offset):%H:%M:%S}"


def local_time(utc: str, offset: timedelta) -> datetime:
    """Return a time at the offset from UTC where it was recorded."""
    return datetime.fromisoformat(utc).astimezone(timezone(offset))


def channel_label(event: Event) -> str:
    """Return what an event is about: "Phone, United States"."""
    return joined(label("channel", event.facts.get("channel")), store_label(event.facts.get("marketplace")))


def both_times(utc: str, offset: timedelta) -> list[str]:
    """Return a time where it was recorded, and in UTC if that differs."""
    times = [readable(local_time(utc, at), seconds=True) for at in (offset, timedelta())]
    return list(dict.fromkeys(times))


def clock_note(event: Event, offset: timedelta) -> str:
    """Return the sentence that gives a timeline's day and offset from UTC."""
    began = local_time(event.utc, offset)
    return _(
        "The times of day are of {day} ({zone}), by the clock of the machine that ran it.",
        day=f"{began:%Y-%m-%d}",
        zone=f"{began:%z}",
    )
