"""The dates of a verification: named by the page, or counted by Handrail where the page names none."""

from __future__ import annotations

from datetime import datetime

from handrail.engine.context.deadline import parse_time


class Dates:
    """Dates by name (ordered, expected, usable), each as text in RFC 3339."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._counted: set[str] = set()

    def note(self, name: str, text: str | None) -> None:
        """Keep what the page names; what is no date is left out."""
        if text is not None and parse_time(text) is not None:
            self._texts[name] = text
            self._counted.discard(name)

    def count(self, name: str, at: datetime) -> None:
        """Keep a date that Handrail counted itself, unless the page names it."""
        if name not in self._texts or name in self._counted:
            self._texts[name] = at.astimezone().isoformat(timespec="seconds")
            self._counted.add(name)

    def time(self, name: str) -> datetime | None:
        """Return a date as a time; None where it is not known."""
        return parse_time(self._texts.get(name))

    def day(self, name: str) -> str | None:
        """Return the day of a date as it stands on the page: 2026-11-28; None where it is not known."""
        text = self._texts.get(name)
        return None if text is None else text[:10]

    def is_counted(self, name: str) -> bool:
        """Whether Handrail counted this date itself."""
        return name in self._counted

    def as_pairs(self) -> tuple[tuple[str, str], ...]:
        """Return every date as (name, text)."""
        return tuple(self._texts.items())

    def counted_names(self) -> tuple[str, ...]:
        """Return the names of the dates that Handrail counted itself."""
        return tuple(sorted(self._counted))
