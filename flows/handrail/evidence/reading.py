"""Reading events leniently: a log that lacks a fact is told without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from handrail.evidence.events import Event, Json
from handrail.evidence.words import joined, store, word
from handrail.i18n import gettext as _
from handrail.moments import readable


def clock(event: Event, offset: timedelta) -> str:
    """Say an event's local time."""
    return f"{moment(event.utc, offset):%H:%M:%S}"


def moment(utc: str, offset: timedelta) -> datetime:
    """Read an event's time; return it in the zone it was recorded in."""
    return datetime.fromisoformat(utc).astimezone(timezone(offset))


def listed(value: Json | None) -> Sequence[Json]:
    """Return a list's members; nothing for what is no list."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def mapped(value: Json | None) -> Mapping[str, Json]:
    """Return a mapping; an empty one for what is none."""
    return value if isinstance(value, Mapping) else {}


def whole(value: Json | None) -> int:
    """Return a whole number; 0 for what is none."""
    return value if isinstance(value, int) else 0


def text(value: Json | None) -> str:
    """Return a value as text; nothing where there is none."""
    return "" if value is None else str(value)


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
