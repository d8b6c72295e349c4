"""The timeline: the log's events told as what happened, one line for each thing."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from handrail.core.i18n import gettext as _
from handrail.core.time_format import readable_text
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import listed, mapped, text, whole
from handrail.evidence.report.decisions import answers_to, decision
from handrail.evidence.report.event_views import change, comparison, readings, would_send
from handrail.evidence.report.formatting import channel, clock
from handrail.evidence.report.labels import joined, named_effect, named_page, named_step, observed, took, word

_ERRORS = 400
"""The first of HTTP's numbers for errors."""

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
    utc: str
    """When, in UTC: RFC 3339."""
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
    opened = {event.facts.get("page") for event in events if event.kind == "navigate"}
    for event in events:
        if event.kind in _STAGES:
            _tell_effect(told, sent, event, offset)
        elif event.kind == "step" and _was_told(event, opened):
            continue
        elif event.kind == "prompt":
            told.append(_asked(event, answers.get(str(event.facts.get("id"))), offset))
        elif teller := _TELLERS.get(event.kind):
            title, mark, details = teller(event)
            told.append(Line(clock(event, offset), event.utc, mark, title, details, _picture(event)))
    return told


def _was_told(event: Event, opened: Container[Json]) -> bool:
    """Whether a step only says once more, and without trouble, that a page was opened."""
    verb, _space, page = text(event.facts.get("name")).partition(" ")
    smooth = event.facts.get("outcome") == "ok" and whole(event.facts.get("attempts")) <= 1
    return verb == "open" and page in opened and smooth


def _asked(event: Event, answer: Event | None, offset: timedelta) -> Line:
    one = decision(event, answer, offset)
    return Line(one.clock, event.utc, "asked", one.text, (joined(one.decided, one.by),))


def _tell_effect(told: list[Line], sent: dict[str, int], event: Event, offset: timedelta) -> None:
    facts, now = event.facts, clock(event, offset)
    # Without its channel: what a later look at the page tells names the step only.
    key = f"{facts.get('step')}/{facts.get('effect')}"
    if event.kind == "effect-intended" or key not in sent:
        sent[key] = len(told)
        what = joined(named_effect(facts.get("step"), facts.get("effect")), channel(event))
        told.append(Line(now, event.utc, "sent", what, _some(text(facts.get("value")))))
    if event.kind != "effect-intended":
        line = told[sent[key]]
        told[sent[key]] = replace(line, details=(*line.details, *_stage(event, now)))


def _stage(event: Event, now: str) -> tuple[str, ...]:
    if event.kind == "effect-released":
        return (_("left the browser at {time}", time=now),)
    outcome, said = event.facts.get("outcome"), text(event.facts.get("said"))
    seen = observed(event.facts.get("step"), outcome) if outcome else _("what came of it could not be seen")
    words = _("The site's own words: “{said}”", said=said) if said else ""
    return _some(joined(seen, text(event.facts.get("why"))), words)


def _picture(event: Event) -> Picture | None:
    if event.kind != "capture":
        return None
    path = text(event.facts.get("path"))
    number = path.rpartition("/")[2][:4]
    return Picture(
        path=path,
        number=int(number) if number.isdigit() else 0,
        sha256=text(event.facts.get("sha256")),
        hidden=len(listed(event.facts.get("masks"))),
    )


Told: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A line's title, mark and details."""


def _navigate(event: Event) -> Told:
    status = whole(event.facts.get("status"))
    # What went well needs no number.
    answered = _("the site answered with the error {status}", status=status) if status >= _ERRORS else ""
    redirects = map(text, listed(event.facts.get("redirects")))
    title = _("Opened the page: {page}", page=named_page(text(event.facts.get("page"))))
    return title, "page", _some(text(event.facts.get("url")), *redirects, answered)


def _step(event: Event) -> Told:
    facts = event.facts
    attempts, outcome = whole(facts.get("attempts")), text(facts.get("outcome"))
    parts = _some(
        _("{number} attempts", number=attempts) if attempts > 1 else "",
        "" if outcome in ("ok", "") else word("outcome", outcome),
        took(whole(facts.get("ms"))),
    )
    return named_step(text(facts.get("name"))), "step", parts


def _capture(event: Event) -> Told:
    masks = len(listed(event.facts.get("masks")))
    hidden = _("Places painted over: {number}", number=masks) if masks else ""
    own = _("Not taken by Handrail, and not masked by it") if event.facts.get("own") is True else ""
    details = _some(text(event.facts.get("url")), hidden, own)
    return text(event.facts.get("caption")), "picture", details


def _change(event: Event) -> Told:
    one = change(event)
    told = _("{before} → {after}", before=one.before, after=one.after)
    return joined(_("Changed"), one.where), "change", (told,)


def _compared(event: Event) -> Told:
    one = comparison(event)
    return _("Compared: {what}", what=one.what), "step", (one.result,)


def _confirmed(event: Event) -> Told:
    item, name = word("channel", event.facts.get("item")), text(event.facts.get("by"))
    return _("Confirmed as true today: {item}", item=item), "step", (_("by {name}", name=name),)


def _document(event: Event) -> Told:
    size = _("{count} bytes", count=whole(event.facts.get("size")))
    held = _("its content can be proven later, by whoever has the file and this machine's salt")
    committed = event.facts.get("commitment") is not None
    return (
        joined(_("A document was chosen"), channel(event)),
        "note",
        _some(size, held if committed else ""),
    )


def _deadline(event: Event) -> Told:
    return _("Deadline"), "note", tuple(readings(event))


def _would_send(event: Event) -> Told:
    one = would_send(event)
    button = _("not pressed: “{button}”", button=one.button)
    return _("Only rehearsed: {what}", what=one.what), "sent", _some(text(event.facts.get("value")), button)


def _fence(event: Event) -> Told:
    requests = (mapped(one) for one in listed(event.facts.get("held_back")))
    counts = (
        _("{what}: {count}", what=text(r.get("request")), count=whole(r.get("count"))) for r in requests
    )
    return _("Held back by the rehearsal's fence"), "note", tuple(counts) or (_("nothing"),)


def _learned(event: Event) -> Told:
    kept = _("kept for later runs") if event.facts.get("kept") is True else _("for this run only")
    return (
        _("A place that had moved was shown by a person"),
        "note",
        _some(text(event.facts.get("thing")), kept),
    )


def _interruption(event: Event) -> Told:
    return word("interruption", event.facts.get("interruption")), "note", ()


def _interruption_over(event: Event) -> Told:
    return _("That was dealt with"), "note", ()


def _advice(event: Event) -> Told:
    return text(event.facts.get("text")), "note", ()


def _stop(event: Event) -> Told:
    if event.facts.get("by") == "person":
        return _("Stopped by a person"), "end", ()
    return _("Stopped"), "end", _some(text(event.facts.get("text")))


def _blocked(event: Event) -> Told:
    return (
        _("A request that no step of the run had announced was held back"),
        "note",
        _some(text(event.facts.get("request"))),
    )


def _dialog(event: Event) -> Told:
    return _("The site asked in a window of its own"), "note", _some(text(event.facts.get("text")))


def _number(event: Event) -> Told:
    title = _("Kind of number: {number}", number=text(event.facts.get("value")))
    return title, "note", _some(word("can-text", event.facts.get("can_text")))


def _capture_failed(event: Event) -> Told:
    return _("The page could not be captured"), "note", _some(text(event.facts.get("why")))


def _sealed_later(event: Event) -> Told:
    title = _("The run was cut off here; what there was was sealed later, as incomplete")
    return title, "end", _some(text(event.facts.get("why")))


def _stamp(event: Event) -> Told:
    who = text(event.facts.get("authority"))
    at = readable_text(text(event.facts.get("at")), seconds=True)
    return _("{authority} stamped the beginning", authority=who), "note", _some(at)


def _stamp_failed(event: Event) -> Told:
    title = _("{authority} did not stamp the beginning", authority=text(event.facts.get("authority")))
    return title, "note", _some(text(event.facts.get("why")))


def _end(event: Event) -> Told:
    outcome = word("outcome", event.facts.get("outcome"))
    return _("The run ended: {outcome}", outcome=outcome), "end", ()


def _some(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


_TELLERS: dict[str, Callable[[Event], Told]] = {
    "navigate": _navigate,
    "step": _step,
    "capture": _capture,
    "change": _change,
    "compared": _compared,
    "difference": _compared,
    "confirmed": _confirmed,
    "document-chosen": _document,
    "deadline": _deadline,
    "would-send": _would_send,
    "fence": _fence,
    "learned": _learned,
    "sealed-later": _sealed_later,
    "stamp": _stamp,
    "stamp-failed": _stamp_failed,
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
