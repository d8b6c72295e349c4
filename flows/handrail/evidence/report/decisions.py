"""Decisions: what a person was asked in a run, and what they decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest

from handrail.core.i18n import gettext as _
from handrail.evidence.format.events import Event
from handrail.evidence.format.json_access import listed, text, whole
from handrail.evidence.report.formatting import channel, clock
from handrail.evidence.report.labels import joined, took, word


@dataclass(frozen=True)
class Decision:
    """One prompt and what was decided."""

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
    """Tell one prompt with its answer, or that nobody gave one."""
    labels = _labels(event)
    decided, by = _("not answered"), ""
    if answer is not None:
        facts = answer.facts
        chosen = text(facts.get("choice"))
        typed = _typed(event) if facts.get("entered") is True else ""
        label = labels.get(chosen) or word("choice", chosen)
        decided = " · ".join(part for part in (label, typed) if part) or decided
        spent = whole(facts.get("ms"))
        # How long a script took to answer says nothing; how long a person did, much.
        by = joined(word("by", facts.get("by")), took(spent) if spent >= 1000 else "")
    return Decision(
        clock=clock(event, offset),
        about=" · ".join(filter(None, (word("prompt", event.facts.get("prompt")), channel(event)))),
        text=text(event.facts.get("text")),
        choices=tuple(labels.values()),
        decided=decided,
        by=by,
    )


def _typed(event: Event) -> str:
    # A name is typed to be kept: it stands beside what was confirmed.
    return _("typed in") if event.facts.get("prompt") == "certifier" else _("typed in (not kept)")


def _labels(event: Event) -> dict[str, str]:
    choices = [text(one) for one in listed(event.facts.get("choices"))]
    labels = [text(one) for one in listed(event.facts.get("labels"))]
    # A choice may be named by what was found on the page: only the log knows its label then.
    return {one: label or word("choice", one) for one, label in zip_longest(choices, labels[: len(choices)])}
