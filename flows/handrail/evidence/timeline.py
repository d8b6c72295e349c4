"""The timeline: the log's events told as what happened, one line for each thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from handrail.evidence.decisions import answers_to, decision
from handrail.evidence.events import Event
from handrail.evidence.reading import channel, clock, listed, text, whole
from handrail.evidence.words import joined, named_effect, named_step, took, word
from handrail.i18n import gettext as _

_STAGES = frozenset({"effect-intended", "effect-released", "effect-observed"})


@dataclass(frozen=True)
class Picture:
    """A capture beside the line that it belongs to."""

    path: str
    """Where it is in the bundle."""
    number: int
    """Its place among the captures, from 1."""
    sha256: str
    """The picture's hash in hex."""
    hidden: int
    """How many places were painted over."""


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    clock: str
    """When, by the local clock: HH:MM:SS."""
    mark: str
    """What sort of thing it is: page, step, sent, asked, picture, change, note, end."""
    title: str
    """What happened."""
    details: tuple[str, ...] = ()
    """What more is known, one short text each."""
    picture: Picture | None = None
    """What the page looked like."""


def lines(events: Sequence[Event], offset: timedelta) -> list[Line]:
    """Tell the log as lines; the stages of one effect become one line."""
    told: list[Line] = []
    answers = answers_to(events)
    sent: dict[str, int] = {}
    for event in events:
        if event.kind in _STAGES:
            _tell_effect(told, sent, event, offset)
        elif event.kind == "prompt":
            told.append(_asked(event, answers.get(str(event.facts.get("id"))), offset))
        elif teller := _TELLERS.get(event.kind):
            told.append(teller(event, clock(event, offset)))
    return told


def _asked(event: Event, answer: Event | None, offset: timedelta) -> Line:
    one = decision(event, answer, offset)
    return Line(one.clock, "asked", one.text, (joined(one.decided, one.by),))


def _tell_effect(told: list[Line], sent: dict[str, int], event: Event, offset: timedelta) -> None:
    facts, now = event.facts, clock(event, offset)
    # Without its channel: what a later look at the page tells names the step only.
    key = f"{facts.get('step')}/{facts.get('effect')}"
    if event.kind == "effect-intended" or key not in sent:
        sent[key] = len(told)
        told.append(
            Line(
                now,
                "sent",
                joined(named_effect(facts.get("step"), facts.get("effect")), channel(event)),
                (text(facts.get("value")),) if facts.get("value") else (),
            )
        )
    if event.kind != "effect-intended":
        line = told[sent[key]]
        told[sent[key]] = Line(line.clock, "sent", line.title, (*line.details, _stage(event, now)))


def _stage(event: Event, now: str) -> str:
    if event.kind == "effect-released":
        return _("left the browser at {time}", time=now)
    outcome = event.facts.get("outcome")
    seen = word("observed", outcome) if outcome else _("what came of it could not be seen")
    return joined(seen, text(event.facts.get("why")))


def _navigate(event: Event, now: str) -> Line:
    status = event.facts.get("status")
    answered = _("the site answered {status}", status=status) if status else ""
    redirects = listed(event.facts.get("redirects"))
    return Line(
        now,
        "page",
        _("Opened {page}", page=text(event.facts.get("page"))),
        tuple(part for part in (text(event.facts.get("url")), *map(text, redirects), answered) if part),
    )


def _step(event: Event, now: str) -> Line:
    facts = event.facts
    attempts, outcome = whole(facts.get("attempts")), text(facts.get("outcome"))
    parts = (
        _("{number} attempts", number=attempts) if attempts > 1 else "",
        _("retry policy: {name}", name=text(facts.get("policy"))) if attempts > 1 else "",
        "" if outcome in ("ok", "") else word("outcome", outcome),
        took(whole(facts.get("ms"))),
    )
    return Line(now, "step", named_step(text(facts.get("name"))), tuple(part for part in parts if part))


def _capture(event: Event, now: str) -> Line:
    path = text(event.facts.get("path"))
    name = path.rpartition("/")[2]
    masks = len(listed(event.facts.get("masks")))
    hidden = _("Places painted over: {number}", number=masks) if masks else ""
    picture = Picture(
        path=path,
        number=int(name[:4]) if name[:4].isdigit() else 0,
        sha256=text(event.facts.get("sha256")),
        hidden=masks,
    )
    details = tuple(part for part in (text(event.facts.get("url")), hidden) if part)
    return Line(now, "picture", text(event.facts.get("caption")), details, picture)


def _change(event: Event, now: str) -> Line:
    before = text(event.facts.get("before")) or _("(empty)")
    after = text(event.facts.get("after")) or _("(empty)")
    return Line(
        now,
        "change",
        joined(_("Changed"), channel(event)),
        (_("{before} → {after}", before=before, after=after),),
    )


def _interruption(event: Event, now: str) -> Line:
    return Line(now, "note", word("interruption", event.facts.get("interruption")))


def _interruption_over(event: Event, now: str) -> Line:
    return Line(now, "note", _("That was dealt with"))


def _advice(event: Event, now: str) -> Line:
    return Line(now, "note", text(event.facts.get("text")))


def _stop(event: Event, now: str) -> Line:
    if event.facts.get("by") == "person":
        return Line(now, "end", _("Stopped by a person"))
    why = text(event.facts.get("text"))
    return Line(now, "end", _("Stopped"), (why,) if why else ())


def _blocked(event: Event, now: str) -> Line:
    request = text(event.facts.get("request"))
    return Line(now, "note", _("A request outside any step was held back"), (request,))


def _dialog(event: Event, now: str) -> Line:
    return Line(now, "note", _("The site asked in a window of its own"), (text(event.facts.get("text")),))


def _number(event: Event, now: str) -> Line:
    told = word("can-text", event.facts.get("can_text"))
    return Line(now, "note", _("Looked up {number}", number=text(event.facts.get("value"))), (told,))


def _capture_failed(event: Event, now: str) -> Line:
    return Line(now, "note", _("The page could not be captured"), (text(event.facts.get("why")),))


def _end(event: Event, now: str) -> Line:
    outcome = word("outcome", event.facts.get("outcome"))
    code = event.facts.get("exit_code")
    return Line(
        now,
        "end",
        _("The run ended: {outcome}", outcome=outcome),
        (_("exit code {code}", code=code),),
    )


_TELLERS: dict[str, Callable[[Event, str], Line]] = {
    "navigate": _navigate,
    "step": _step,
    "capture": _capture,
    "change": _change,
    "interruption": _interruption,
    "interruption-over": _interruption_over,
    "advice": _advice,
    "dialog": _dialog,
    "effect-blocked": _blocked,
    "number": _number,
    "capture-failed": _capture_failed,
    "stop": _stop,
    "end": _end,
}
