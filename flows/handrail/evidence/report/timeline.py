"""The report's timeline: one line for each event, and one for all stages of an effect."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from handrail.core.i18n import gettext as _
from handrail.core.labels import (
    duration,
    effect_label,
    joined,
    label,
    observed_label,
    page_label,
    persons_word,
    step_label,
)
from handrail.core.time_format import readable_text
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import as_int, as_list, as_mapping, as_text
from handrail.evidence.report.decisions import answers_to, decision
from handrail.evidence.report.event_views import change, comparison, readings, would_send
from handrail.evidence.report.formatting import channel_label, clock

_ERRORS = 400
"""The lowest HTTP status that is an error."""

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
    """The CSS class of its icon: page, step, sent, asked, picture, change, note, end."""
    title: str
    """What happened."""
    details: tuple[str, ...] = ()
    """Further short texts."""
    picture: Picture | None = None
    """What the page looked like."""


def lines(events: Sequence[Event], offset: timedelta) -> list[Line]:
    """Return the log's lines in order; the stages of one effect become one line."""
    timeline: list[Line] = []
    answers = answers_to(events)
    sent: dict[str, int] = {}
    opened = {event.facts.get("page") for event in events if event.kind == "navigate"}
    for event in events:
        if event.kind in _STAGES:
            _add_effect_stage(timeline, sent, event, offset)
        elif event.kind == "step" and _repeats_opening(event, opened):
            continue
        elif event.kind == "prompt":
            timeline.append(_prompt(event, answers.get(str(event.facts.get("id"))), offset))
        elif format_event := _FORMATTERS.get(event.kind):
            title, mark, details = format_event(event)
            timeline.append(Line(clock(event, offset), event.utc, mark, title, details, _picture(event)))
    return timeline


def _repeats_opening(event: Event, opened: Container[Json]) -> bool:
    """Whether a step only repeats, without any trouble, that a page was opened."""
    verb, _space, page = as_text(event.facts.get("name")).partition(" ")
    smooth = event.facts.get("outcome") == "ok" and as_int(event.facts.get("attempts")) <= 1
    return verb == "open" and page in opened and smooth


def _prompt(event: Event, answer: Event | None, offset: timedelta) -> Line:
    prompt = decision(event, answer, offset)
    return Line(prompt.clock, event.utc, "asked", prompt.text, (joined(prompt.decided, prompt.by),))


def _add_effect_stage(timeline: list[Line], sent: dict[str, int], event: Event, offset: timedelta) -> None:
    facts, now = event.facts, clock(event, offset)
    # Without its channel: what a later run observes names only the step.
    key = f"{facts.get('step')}/{facts.get('effect')}"
    if event.kind == "effect-intended" or key not in sent:
        sent[key] = len(timeline)
        what = joined(effect_label(facts.get("step"), facts.get("effect")), channel_label(event))
        timeline.append(Line(now, event.utc, "sent", what, _some(as_text(facts.get("value")))))
    if event.kind != "effect-intended":
        line = timeline[sent[key]]
        timeline[sent[key]] = replace(line, details=(*line.details, *_stage(event, now)))


def _stage(event: Event, now: str) -> tuple[str, ...]:
    if event.kind == "effect-released":
        return (_("left the browser at {time}", time=now),)
    outcome, said = event.facts.get("outcome"), as_text(event.facts.get("said"))
    source = as_text(event.facts.get("source"))
    if not outcome:
        result = _("what came of it could not be seen")
    elif source == "person":
        result = persons_word(as_text(outcome))
    else:
        result = joined(observed_label(event.facts.get("step"), outcome), label("source", source))
    quote = _("The site's own words: “{said}”", said=said) if said else ""
    return _some(joined(result, as_text(event.facts.get("why"))), quote)


def _picture(event: Event) -> Picture | None:
    if event.kind != "capture":
        return None
    path = as_text(event.facts.get("path"))
    number = path.rpartition("/")[2][:4]
    return Picture(
        path=path,
        number=int(number) if number.isdigit() else 0,
        sha256=as_text(event.facts.get("sha256")),
        hidden=len(as_list(event.facts.get("masks"))),
    )


LineText: TypeAlias = tuple[str, str, tuple[str, ...]]
"""Title, mark and details of a line."""


def _navigate(event: Event) -> LineText:
    status = as_int(event.facts.get("status"))
    # What went well needs no number.
    answered = _("the site answered with the error {status}", status=status) if status >= _ERRORS else ""
    redirects = map(as_text, as_list(event.facts.get("redirects")))
    title = _("Opened the page: {page}", page=page_label(as_text(event.facts.get("page"))))
    return title, "page", _some(as_text(event.facts.get("url")), *redirects, answered)


def _step(event: Event) -> LineText:
    facts = event.facts
    attempts, outcome = as_int(facts.get("attempts")), as_text(facts.get("outcome"))
    parts = _some(
        _("{number} attempts", number=attempts) if attempts > 1 else "",
        "" if outcome in ("ok", "") else label("outcome", outcome),
        duration(as_int(facts.get("ms"))),
    )
    return step_label(as_text(facts.get("name"))), "step", parts


def _capture(event: Event) -> LineText:
    masks = len(as_list(event.facts.get("masks")))
    hidden = _("Places painted over: {number}", number=masks) if masks else ""
    own = _("Not taken by Handrail, and not masked by it") if event.facts.get("own") is True else ""
    details = _some(as_text(event.facts.get("url")), hidden, own)
    return as_text(event.facts.get("caption")), "picture", details


def _change(event: Event) -> LineText:
    change_made = change(event)
    values = _("{before} → {after}", before=change_made.before, after=change_made.after)
    return joined(_("Changed"), change_made.where), "change", (values,)


def _compared(event: Event) -> LineText:
    result = comparison(event)
    return _("Compared: {what}", what=result.what), "step", (result.result,)


def _confirmed(event: Event) -> LineText:
    item, name = label("channel", event.facts.get("item")), as_text(event.facts.get("by"))
    return _("Confirmed as true today: {item}", item=item), "step", (_("by {name}", name=name),)


def _document(event: Event) -> LineText:
    size = _("{count} bytes", count=as_int(event.facts.get("size")))
    held = _("its content can be proven later, by whoever has the file and this machine's salt")
    committed = event.facts.get("commitment") is not None
    return (
        joined(_("A document was chosen"), channel_label(event)),
        "note",
        _some(size, held if committed else ""),
    )


def _deadline(event: Event) -> LineText:
    return _("Deadline"), "note", tuple(readings(event))


def _would_send(event: Event) -> LineText:
    press = would_send(event)
    button = _("not pressed: “{button}”", button=press.button)
    return (
        _("Only rehearsed: {what}", what=press.what),
        "sent",
        _some(as_text(event.facts.get("value")), button),
    )


def _fence(event: Event) -> LineText:
    requests = (as_mapping(entry) for entry in as_list(event.facts.get("held_back")))
    counts = (
        _("{what}: {count}", what=as_text(request.get("request")), count=as_int(request.get("count")))
        for request in requests
    )
    return _("Held back by the rehearsal's fence"), "note", tuple(counts) or (_("nothing"),)


def _learned(event: Event) -> LineText:
    kept = _("kept for later runs") if event.facts.get("kept") is True else _("for this run only")
    return (
        _("A place that had moved was shown by a person"),
        "note",
        _some(as_text(event.facts.get("thing")), kept),
    )


def _interruption(event: Event) -> LineText:
    return label("interruption", event.facts.get("interruption")), "note", ()


def _interruption_over(event: Event) -> LineText:
    return _("That was dealt with"), "note", ()


def _advice(event: Event) -> LineText:
    return as_text(event.facts.get("text")), "note", ()


def _stop(event: Event) -> LineText:
    if event.facts.get("by") == "person":
        return _("Stopped by a person"), "end", ()
    return _("Stopped"), "end", _some(as_text(event.facts.get("text")))


def _other_window(event: Event) -> LineText:
    return _("The site opened another tab"), "note", _some(as_text(event.facts.get("host")))


def _blocked(event: Event) -> LineText:
    return (
        _("A request that no step of the run had announced was held back"),
        "note",
        _some(as_text(event.facts.get("request"))),
    )


def _dialog(event: Event) -> LineText:
    return _("The site asked in a window of its own"), "note", _some(as_text(event.facts.get("text")))


def _number(event: Event) -> LineText:
    title = _("Kind of number: {number}", number=as_text(event.facts.get("value")))
    return title, "note", _some(label("can-text", event.facts.get("can_text")))


def _capture_failed(event: Event) -> LineText:
    return _("The page could not be captured"), "note", _some(as_text(event.facts.get("why")))


def _sealed_later(event: Event) -> LineText:
    title = _("The run was cut off here; what there was was sealed later, as incomplete")
    return title, "end", _some(as_text(event.facts.get("why")))


def _stamp(event: Event) -> LineText:
    who = as_text(event.facts.get("authority"))
    time = readable_text(as_text(event.facts.get("at")), seconds=True)
    return _("{authority} stamped the beginning", authority=who), "note", _some(time)


def _stamp_failed(event: Event) -> LineText:
    title = _("{authority} did not stamp the beginning", authority=as_text(event.facts.get("authority")))
    return title, "note", _some(as_text(event.facts.get("why")))


def _end(event: Event) -> LineText:
    outcome = label("outcome", event.facts.get("outcome"))
    return _("The run ended: {outcome}", outcome=outcome), "end", ()


def _some(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


_FORMATTERS: dict[str, Callable[[Event], LineText]] = {
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
    "other-window": _other_window,
    "number": _number,
    "capture-failed": _capture_failed,
    "stop": _stop,
    "end": _end,
}
