"""The report's tables: who and when, where things stand, what was compared, changed and sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handrail.core.i18n import gettext as _
from handrail.core.time_format import readable
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import listed, mapped, text, whole
from handrail.evidence.report.event_views import (
    Change,
    Comparison,
    Confirmed,
    Held,
    changes,
    comparison,
    readings,
    would_send,
)
from handrail.evidence.report.formatting import both_times, moment
from handrail.evidence.report.labels import joined, named_effect, store, took, word


@dataclass(frozen=True)
class ActiveRun:
    """Where one thing stands at the end of the run."""

    store: str
    """Which of the marketplace's stores it is on."""
    what: str
    """Which thing it is."""
    state: str
    """What the page showed last."""
    dates: str
    """What the page dates."""
    outcome: str
    """How it ended in this run."""


@dataclass(frozen=True)
class Certified:
    """A certification that the site accepted."""

    by: str
    """The name that the person gave; empty where none was asked for in this run."""
    at: datetime
    """When it left the browser, with offset."""


@dataclass(frozen=True)
class Due:
    """A deadline as it was known last."""

    at: datetime
    """The earliest reading, which holds."""
    readings: tuple[str, ...]
    """Every reading in words, with where it comes from."""
    met: bool
    """Whether it was certified before that, in this run."""


@dataclass(frozen=True)
class Sent:
    """What was sent for one thing, counted twice where that is possible."""

    channel: str
    """Which thing it was for."""
    what: str
    """The effect, in words."""
    acts: str
    """Which presses it was, with their counts; empty where `what` says it all."""
    count: int
    """How often the log says that it left the browser."""
    counted: str
    """How often the mock says that it arrived; empty on a real site."""


def facts(events: Sequence[Event], offset: timedelta) -> list[tuple[str, list[str]]]:
    """Say who, where and when."""
    genesis = events[0].facts
    maker = joined(f"Handrail {text(genesis.get('handrail'))}", text(genesis.get("platform")))
    rows = [
        (_("Account"), [text(genesis.get("account"))]),
        (_("Site"), [text(genesis.get("site_name")) or text(genesis.get("site"))]),
        (_("Began"), both_times(events[0].utc, offset)),
        (_("Ended"), [*both_times(events[-1].utc, offset), took(events[-1].mono_us // 1000)]),
        (_("Help given"), [word("assist", genesis.get("assist"))]),
        (_("Made with"), [maker]),
    ]
    return [(name, [v for v in values if v]) for name, values in rows if any(values)]


def until(result: Mapping[str, Json]) -> str:
    """Say until when there is nothing to do, and who says so."""
    told = text(result.get("until"))
    if not told:
        return ""
    shown = readable(datetime.fromisoformat(told))
    return _("until {time} ({who})", time=shown, who=word("until_from", result.get("until_from")))


def advice(result: Mapping[str, Json]) -> list[str]:
    """Return what the person was told at the end."""
    told = result.get("advice")
    if isinstance(told, str):
        return [told] if told else []
    return [text(one) for one in listed(told)]


def standings(result: Mapping[str, Json], *, certified: bool = False) -> list[ActiveRun]:
    """Say where each thing stands; `certified`: the certification was given in this run."""
    rehearsed = {text(mapped(one).get("channel")) for one in listed(result.get("would_send"))}
    return [
        ActiveRun(
            store=store(one.get("marketplace")),
            what=word("channel", one.get("channel")),
            state=_standing(one, certified=certified),
            dates=joined(
                *(f"{word('date', name)} {_day(at)}" for name, at in mapped(one.get("dates")).items())
            ),
            outcome=word("outcome", _outcome(one, rehearsed)),
        )
        for one in map(mapped, listed(result.get("channels")))
    ]


def sent(events: Sequence[Event], result: Mapping[str, Json]) -> list[Sent]:
    """Count from the log what left the browser; beside it, what the mock's own counter says."""
    acts: dict[tuple[str, str], Counter[str]] = {}
    for event in events:
        if event.kind == "effect-released":
            channel, effect, step = (text(event.facts.get(k)) for k in ("channel", "effect", "step"))
            acts.setdefault((channel, effect), Counter())[named_effect(step, effect)] += 1
    saw = {
        (text(one.get("channel")), text(one.get("effect"))): text(one.get("count"))
        for one in map(mapped, listed(result.get("site_saw")))
    }
    return [
        Sent(
            channel=word("channel", channel),
            # One act says more than the class of effects that it belongs to.
            what=next(iter(steps)) if len(steps) == 1 else word("effect", effect),
            acts=""
            if len(steps) <= 1
            else joined(*(_("{what}: {count}", what=act, count=count) for act, count in steps.items())),
            count=steps.total(),
            counted=saw.get((channel, effect), ""),
        )
        for (channel, effect), steps in ((key, acts.get(key, Counter())) for key in {**acts, **saw})
    ]


def changed(events: Sequence[Event]) -> list[Change]:
    """Return every change, field by field."""
    return [one for event in events if event.kind == "change" for one in changes(event)]


def compared(events: Sequence[Event]) -> list[Comparison]:
    """Return every comparison once, as it was found first."""
    found = [comparison(event) for event in events if event.kind in ("compared", "difference")]
    return list(dict.fromkeys(found))


def confirmed(events: Sequence[Event], offset: timedelta) -> list[Confirmed]:
    """Return what a person said is true, value by value."""
    return [
        Confirmed(
            what=word("channel", event.facts.get("item")),
            value=text(event.facts.get("value")),
            by=text(event.facts.get("by")),
            at=readable(moment(event.utc, offset)),
        )
        for event in events
        if event.kind == "confirmed"
    ]


def certified(events: Sequence[Event]) -> Certified | None:
    """Return who certified in this run, where the site accepted it."""
    stages = {event.kind: event for event in events if event.facts.get("step") == "certify"}
    released, observed = stages.get("effect-released"), stages.get("effect-observed")
    if released is None or observed is None or observed.facts.get("outcome") != "accepted":
        return None
    names = [text(event.facts.get("by")) for event in events if event.kind == "confirmed"]
    return Certified(names[-1] if names else "", datetime.fromisoformat(released.utc))


def certified_sentence(by: str, at: str) -> str:
    """Say who certified and when, as the site accepted it."""
    if not by:
        return _("The account's information was certified on {time}, and the site accepted it.", time=at)
    return _(
        "{name} certified the account's information on {time}, and the site accepted it.", name=by, time=at
    )


def deadline(events: Sequence[Event]) -> Due | None:
    """Return the deadline as it was known last; None where none was."""
    told = [event for event in events if event.kind == "deadline"]
    if not told:
        return None
    at = datetime.fromisoformat(text(told[-1].facts.get("at")))
    done = certified(events)
    return Due(at, tuple(readings(told[-1])), met=done is not None and done.at <= at)


def held(events: Sequence[Event]) -> list[Held]:
    """Return what a rehearsal would have pressed."""
    return [would_send(event) for event in events if event.kind == "would-send"]


def held_back(result: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Return what a rehearsal's fence stopped of what the pages sent by themselves, and how often."""
    return [
        (text(one.get("request")), text(one.get("count")))
        for one in map(mapped, listed(result.get("held_back")))
    ]


def _standing(one: Mapping[str, Json], *, certified: bool) -> str:
    state = text(one.get("state"))
    if one.get("channel") == "certification" and state in ("verified", "unverified"):
        return word("certification", "certified" if certified and state == "verified" else state)
    return word("state", state)


def _outcome(one: Mapping[str, Json], rehearsed: set[str]) -> Json:
    only = one.get("outcome") == "done" and text(one.get("channel")) in rehearsed
    return "would-send" if only else one.get("outcome")


def hidden(manifest: Mapping[str, Json]) -> list[str]:
    """Say how many places were painted over, by what they hide."""
    masks = mapped(mapped(manifest.get("redaction")).get("masks"))
    return [_("{what}: {count}", what=word("hides", hides), count=whole(n)) for hides, n in masks.items()]


def _day(at: Json) -> str:
    return text(at)[:10]
