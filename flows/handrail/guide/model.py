"""The data of a checklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wording:
    """A wording on the page, in both languages."""

    en: tuple[str, ...]
    """In English, the surest first; empty where nobody knows."""
    zh: tuple[str, ...]
    """In Chinese."""
    sure_en: str
    """How sure the English is: ours, seen, reported or guess."""
    sure_zh: str
    """How sure the Chinese is."""
    source: str
    """Where it is from."""


@dataclass(frozen=True)
class Entry:
    """One value to compare with the page and, where it differs, to type."""

    what: str
    """A person's word for it."""
    value: str
    """The value itself, in the form the page wants. Personal: for the person's own screen."""
    shown: str
    """The form that may be kept in a file."""
    field: Wording | None = None
    """What its field is called."""


@dataclass(frozen=True)
class Watch:
    """Something the page may say, and what to do then."""

    wording: Wording
    """What it says."""
    then: str
    """What it means for the person."""


@dataclass(frozen=True)
class Step:
    """One thing to do, and to tick."""

    title: str
    """What it is about."""
    do: tuple[str, ...] = ()
    """What to do, sentence by sentence."""
    link: str | None = None
    """The page's address, only where somebody has published it."""
    path: tuple[Wording, ...] = ()
    """Menu words that lead there."""
    look_for: tuple[Wording, ...] = ()
    """What should stand there."""
    entries: tuple[Entry, ...] = ()
    """What to compare and to type."""
    press: tuple[Wording, ...] = ()
    """What to press, in order."""
    watch: tuple[Watch, ...] = ()
    """What the page may say."""
    warning: str | None = None
    """What must be known before this step is begun."""


@dataclass(frozen=True)
class Due:
    """A deadline, or how long something may take."""

    rule: str
    """What, within how long, from when."""
    source: str
    """Who says so."""
    by: date | None = None
    """The day itself, where it can be counted."""
    passed: bool = False
    """Whether that day is over."""
    days: int = 0
    """How many days the rule gives in all."""
    left: int | None = None
    """How many days are left on the day the checklist is made; None where they cannot be counted."""


@dataclass(frozen=True)
class Checklist:
    """Everything a person needs beside their own browser."""

    flow: str
    """Which verification."""
    site: str
    """The site's name."""
    account: str
    """Which account must be signed in."""
    hosts: tuple[str, ...]
    """The only hosts that may stand in the address bar."""
    made: date
    """The day it was made, by this machine's clock."""
    steps: tuple[Step, ...]
    """In the order they are done."""
    never: tuple[str, ...]
    """What not to do, and why."""
    deadlines: tuple[Due, ...]
    """Deadlines and waiting times that are known."""
    notes: tuple[str, ...]
    """What else is said of the dates."""
    walked: bool
    """Whether any label was seen on the page by somebody who said so."""
    unknown: str | None
    """What nobody has published."""
    command: str
    """The command that makes this checklist again, as it is typed."""

    @property
    def has_personal(self) -> bool:
        """Whether any value is shortened where it is kept: a phone number, an e-mail address."""
        return any(entry.value != entry.shown for step in self.steps for entry in step.entries)
