"""What single events say, in the reader's words: a change, a comparison, a deadline, a request held back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from handrail.core.i18n import gettext as _
from handrail.core.time_format import readable
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import listed, mapped, text
from handrail.evidence.report.formatting import channel
from handrail.evidence.report.labels import joined, named_effect, word


@dataclass(frozen=True)
class Change:
    """One value that was changed on the site."""

    where: str
    """Which value it is."""
    before: str
    """What stood there."""
    after: str
    """What stands there now."""


@dataclass(frozen=True)
class Comparison:
    """One value of the site, held against the profile."""

    what: str
    """Which value it is."""
    shown: str
    """What the site shows."""
    wanted: str
    """What the profile states."""
    result: str
    """What the comparison told."""
    agrees: bool
    """Whether it says the same, in whatever spelling."""


@dataclass(frozen=True)
class Confirmed:
    """One value that a person said is true."""

    what: str
    """Which value it is."""
    value: str
    """The value as it was shown to them."""
    by: str
    """The name they gave."""
    at: str
    """When, with its offset."""


@dataclass(frozen=True)
class Held:
    """One press that a rehearsal did not make."""

    what: str
    """What it would have done, and for whom."""
    button: str
    """What stands on the button."""
    requests: str
    """What would have left, by the site file; empty where it does not say."""


def changes(event: Event) -> Iterator[Change]:
    """Tell a change, field by field where it has several."""
    parts = [mapped(one) for one in listed(event.facts.get("fields"))]
    for part in parts or [event.facts]:
        name = part.get("name") or part.get("part")
        yield Change(
            where=joined(channel(event), word("part", name) if name else ""),
            before=text(part.get("before")) or _("(empty)"),
            after=text(part.get("after")) or _("(empty)"),
        )


def change(event: Event) -> Change:
    """Tell a change on one line."""
    told = list(changes(event))
    if len(told) == 1:
        return told[0]
    before, after = (
        _("; ").join(values) for values in zip(*((c.before, c.after) for c in told), strict=True)
    )
    return Change(channel(event), before, after)


def comparison(event: Event) -> Comparison:
    """Tell what a `compared` or `difference` event found."""
    facts = event.facts
    equality = text(facts.get("equality") or facts.get("how"))
    name, part = facts.get("item") or facts.get("channel"), facts.get("part")
    return Comparison(
        what=joined(word("channel", name), word("part", part) if part else ""),
        shown=text(facts.get("shown")) or "–",
        wanted=text(facts.get("wanted")) or "–",
        result=joined(word("equality", equality), _state(facts), _by_whom(facts)),
        agrees=equality in ("same", "written-differently"),
    )


def readings(event: Event) -> list[str]:
    """Tell a deadline: every reading of it, the one that holds first."""
    several = [mapped(one) for one in listed(event.facts.get("readings"))] or [event.facts]
    return [
        _(
            "{time} ({source})",
            time=readable(datetime.fromisoformat(text(one.get("at")))),
            source=word("reading", one.get("from")),
        )
        for one in several
    ]


def would_send(event: Event) -> Held:
    """Tell a press that a rehearsal did not make."""
    facts = event.facts
    return Held(
        what=joined(named_effect(facts.get("step"), facts.get("effect")), channel(event)),
        button=text(facts.get("button")),
        requests=", ".join(map(text, listed(facts.get("sends")))),
    )


def _by_whom(facts: Mapping[str, Json]) -> str:
    return _("compared by a person's eye") if facts.get("how") == "by-eye" else ""


def _state(facts: Mapping[str, Json]) -> str:
    state = facts.get("state")
    return word("state", state) if state == "in-progress" else ""
