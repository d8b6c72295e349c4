"""Reading events leniently: a log that lacks a fact is told without it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from handrail.core.i18n import gettext as _
from handrail.core.time_format import readable
from handrail.evidence.format.events import Event
from handrail.evidence.report.labels import joined, store, word


def clock(event: Event, offset: timedelta) -> str:
    """Say an event's local time."""
    return f"{moment(event.utc, offset):%H:%M:%S}"


def moment(utc: str, offset: timedelta) -> datetime:
    """Read an event's time; return it in the zone it was recorded in."""
    return datetime.fromisoformat(utc).astimezone(timezone(offset))


def channel(event: Event) -> str:
    """Say which contact an event is about: "Phone, United States"."""
    return joined(word("channel", event.facts.get("channel")), store(event.facts.get("marketplace")))


def both_times(utc: str, offset: timedelta) -> list[str]:
    """Say a time where it was recorded, and in UTC."""
    here = readable(moment(utc, offset), seconds=True)
    there = readable(moment(utc, timedelta()), seconds=True)
    return [there] if not offset else [here, there]


def clocks_are(event: Event, offset: timedelta) -> str:
    """Say what the times of day in a timeline are of: the day it begins on, and the offset from UTC."""
    began = moment(event.utc, offset)
    return _(
        "The times of day are of {day} ({zone}), by the clock of the machine that ran it.",
        day=f"{began:%Y-%m-%d}",
        zone=f"{began:%z}",
    )
