"""Single events as the report shows them: a change, a comparison, a deadline, a press not made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from handrail.core.i18n import gettext as _
from handrail.core.labels import effect_label, joined, label
from handrail.core.time_format import readable
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import as_list, as_mapping, as_text
from handrail.evidence.report.formatting import channel_label


@dataclass(frozen=True)
class Change:
    """One value that was changed on the site."""

    where: str
    """Which value it is."""
    before: str
    """The value before."""
    after: str
    """The value now."""


@dataclass(frozen=True)
class Comparison:
    """One value of the site, compared with the profile."""

    what: str
    """Which value it is."""
    shown: str
    """What the site shows."""
    wanted: str
    """What the profile states."""
    result: str
    """The result in words."""
    agrees: bool
    """Whether both mean the same, however they are spelt."""


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
class RehearsedPress:
    """One press that a rehearsal did not make."""

    what: str
    """What it would have done, and for whom."""
    button: str
    """The button's label."""
    requests: str
    """The requests it would have sent, by the site file; empty if that names none."""


def changes(event: Event) -> Iterator[Change]:
    """Yield one change for each field of a `change` event."""
    parts = [as_mapping(field) for field in as_list(event.facts.get("fields"))]
    for part in parts or [event.facts]:
        name = part.get("name") or part.get("part")
        yield Change(
            where=joined(channel_label(event), label("part", name) if name else ""),
            before=as_text(part.get("before")) or _("(empty)"),
            after=as_text(part.get("after")) or _("(empty)"),
        )


def change(event: Event) -> Change:
    """Return a `change` event as one change, its fields joined."""
    fields = list(changes(event))
    if len(fields) == 1:
        return fields[0]
    before, after = (
        _("; ").join(values)
        for values in zip(*((field.before, field.after) for field in fields), strict=True)
    )
    return Change(channel_label(event), before, after)


def comparison(event: Event) -> Comparison:
    """Return the comparison of a `compared` or `difference` event."""
    facts = event.facts
    equality = as_text(facts.get("equality") or facts.get("how"))
    name, part = facts.get("item") or facts.get("channel"), facts.get("part")
    return Comparison(
        what=joined(label("channel", name), label("part", part) if part else ""),
        shown=as_text(facts.get("shown")) or "–",
        wanted=as_text(facts.get("wanted")) or "–",
        result=joined(label("equality", equality), _state(facts), _by_whom(facts)),
        agrees=equality in ("same", "written-differently"),
    )


def readings(event: Event) -> list[str]:
    """Return every reading of a deadline in words, the earliest first."""
    entries = [as_mapping(entry) for entry in as_list(event.facts.get("readings"))] or [event.facts]
    return [
        _(
            "{time} ({source})",
            time=readable(datetime.fromisoformat(as_text(entry.get("at")))),
            source=label("reading", entry.get("from")),
        )
        for entry in entries
    ]


def would_send(event: Event) -> RehearsedPress:
    """Return the press of a `would-send` event."""
    facts = event.facts
    return RehearsedPress(
        what=joined(effect_label(facts.get("step"), facts.get("effect")), channel_label(event)),
        button=as_text(facts.get("button")),
        requests=", ".join(map(as_text, as_list(facts.get("sends")))),
    )


def _by_whom(facts: Mapping[str, Json]) -> str:
    return _("compared by a person's eye") if facts.get("how") == "by-eye" else ""


def _state(facts: Mapping[str, Json]) -> str:
    state = facts.get("state")
    return label("state", state) if state == "in-progress" else ""
