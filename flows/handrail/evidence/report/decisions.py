"""What a person was asked in a run, and what they decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest

from handrail.core.i18n import gettext as _
from handrail.core.labels import duration, joined, label
from handrail.evidence.format.events import Event
from handrail.evidence.format.json_access import as_int, as_list, as_text
from handrail.evidence.report.formatting import channel_label, clock


@dataclass(frozen=True)
class Decision:
    """One prompt and its answer."""

    clock: str
    """When it was asked, by the local clock."""
    about: str
    """What the prompt was about, in a word or two."""
    text: str
    """What was asked."""
    choices: tuple[str, ...]
    """What could be chosen."""
    decided: str
    """What was decided; never what was typed."""
    by: str
    """Who decided, and how long it took."""


def decisions(events: Sequence[Event], offset: timedelta) -> list[Decision]:
    """Return every prompt with its answer, in order."""
    answers = answers_to(events)
    return [
        decision(event, answers.get(str(event.facts.get("id"))), offset)
        for event in events
        if event.kind == "prompt"
    ]


def answers_to(events: Sequence[Event]) -> dict[str, Event]:
    """Return the answers by the number of the prompt they answer."""
    return {str(event.facts.get("id")): event for event in events if event.kind == "answer"}


def decision(event: Event, answer: Event | None, offset: timedelta) -> Decision:
    """Return one prompt with its answer, or with "not answered"."""
    labels = _labels(event)
    decided, by = _("not answered"), ""
    if answer is not None:
        facts = answer.facts
        choice = as_text(facts.get("choice"))
        typed = _typed(event) if facts.get("entered") is True else ""
        decided = " · ".join(filter(None, (labels.get(choice) or label("choice", choice), typed))) or decided
        spent = as_int(facts.get("ms"))
        # How long a script took to answer says nothing; how long a person did, much.
        by = joined(label("by", facts.get("by")), duration(spent) if spent >= 1000 else "")
    return Decision(
        clock=clock(event, offset),
        about=" · ".join(filter(None, (label("prompt", event.facts.get("prompt")), channel_label(event)))),
        text=as_text(event.facts.get("text")),
        choices=tuple(labels.values()),
        decided=decided,
        by=by,
    )


def _typed(event: Event) -> str:
    # A name is typed to be kept: it stands beside what was confirmed.
    return _("typed in") if event.facts.get("prompt") == "certifier" else _("typed in (not kept)")


def _labels(event: Event) -> dict[str, str]:
    """Return each choice's label; one taken from the page is in no table, only in the log."""
    choices = [as_text(choice) for choice in as_list(event.facts.get("choices"))]
    logged = [as_text(name) for name in as_list(event.facts.get("labels"))]
    pairs = zip_longest(choices, logged[: len(choices)])
    return {choice: name or label("choice", choice) for choice, name in pairs}
