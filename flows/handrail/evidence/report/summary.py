"""The report's tables: who and when, the state of each item, what was compared, changed and sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handrail.core.i18n import gettext as _
from handrail.core.labels import duration, effect_label, joined, label, store_label
from handrail.core.time_format import readable
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import as_int, as_list, as_mapping, as_text
from handrail.evidence.report.event_views import (
    Change,
    Comparison,
    Confirmed,
    RehearsedPress,
    changes,
    comparison,
    readings,
    would_send,
)
from handrail.evidence.report.formatting import both_times, local_time


@dataclass(frozen=True)
class ItemStatus:
    """The state of one item at the end of the run."""

    store: str
    """The marketplace's store."""
    what: str
    """The item: a channel, an address, the certification."""
    state: str
    """What the page showed last."""
    dates: str
    """Dates that the page gives."""
    outcome: str
    """How it ended in this run."""


@dataclass(frozen=True)
class Certified:
    """A certification that the site accepted, as the page or the person says."""

    by: str
    """The name that the person gave; empty where none was asked for in this run."""
    at: datetime
    """When it left the browser, with offset."""
    is_persons_word: bool
    """Whether only the person says that the site accepted it: no page showed it."""


@dataclass(frozen=True)
class Due:
    """The deadline of the last `deadline` event."""

    at: datetime
    """The earliest reading: the one that counts."""
    readings: tuple[str, ...]
    """Every reading in words, with its source."""
    met: bool
    """Whether it was certified before that, in this run."""


@dataclass(frozen=True)
class Sent:
    """What was sent for one item, counted by the log and, on the mock, by the site."""

    channel: str
    """The item it was for."""
    what: str
    """The effect, in words."""
    acts: str
    """Each step with its count; empty if there was only one kind of step."""
    count: int
    """How often it left the browser, by the log."""
    counted: str
    """How often it arrived, by the mock; empty on a real site."""


def added_by_hand(events: Sequence[Event]) -> bool:
    """Tell whether a person put the pictures in, so that no run of Handrail stands behind them."""
    return events[0].facts.get("own_pictures") is True


def facts(events: Sequence[Event], offset: timedelta) -> list[tuple[str, list[str]]]:
    """Return the table of who, where and when."""
    genesis = events[0].facts
    maker = joined(f"Handrail {as_text(genesis.get('handrail'))}", as_text(genesis.get("platform")))
    rows = [
        (_("Account"), [as_text(genesis.get("account"))]),
        (_("Site"), [as_text(genesis.get("site_name")) or as_text(genesis.get("site"))]),
        (_("Began"), both_times(events[0].utc, offset)),
        (_("Ended"), [*both_times(events[-1].utc, offset), duration(events[-1].mono_us // 1000)]),
        (_("Help given"), [label("assist", genesis.get("assist"))]),
        (_("Made with"), [maker]),
    ]
    return [(name, [v for v in values if v]) for name, values in rows if any(values)]


def until(result: Mapping[str, Json]) -> str:
    """Return until when there is nothing to do, and who says so; empty without a time."""
    time = as_text(result.get("until"))
    if not time:
        return ""
    readable_time = readable(datetime.fromisoformat(time))
    return _("until {time} ({who})", time=readable_time, who=label("until_from", result.get("until_from")))


def advice(result: Mapping[str, Json]) -> list[str]:
    """Return the advice at the end of the run."""
    sentences = result.get("advice")
    if isinstance(sentences, str):
        return [sentences] if sentences else []
    return [as_text(sentence) for sentence in as_list(sentences)]


def standings(result: Mapping[str, Json], *, certified: Certified | None = None) -> list[ItemStatus]:
    """Return the state of each item; `certified`: the certification was given in this run."""
    rehearsed = {as_text(as_mapping(channel).get("channel")) for channel in as_list(result.get("would_send"))}
    return [
        ItemStatus(
            store=store_label(channel.get("marketplace")),
            what=label("channel", channel.get("channel")),
            state=_state_label(channel, certified=certified),
            dates=joined(
                *(
                    f"{label('date', name)} {_day(day)}"
                    for name, day in as_mapping(channel.get("dates")).items()
                )
            ),
            outcome=label("outcome", _outcome_key(channel, rehearsed)),
        )
        for channel in map(as_mapping, as_list(result.get("channels")))
    ]


def sent(events: Sequence[Event], result: Mapping[str, Json]) -> list[Sent]:
    """Return what left the browser by the log, with the mock's own count."""
    acts: dict[tuple[str, str], Counter[str]] = {}
    for event in events:
        if event.kind == "effect-released":
            channel, effect, step = (as_text(event.facts.get(k)) for k in ("channel", "effect", "step"))
            acts.setdefault((channel, effect), Counter())[effect_label(step, effect)] += 1
    saw = {
        (as_text(entry.get("channel")), as_text(entry.get("effect"))): as_text(entry.get("count"))
        for entry in map(as_mapping, as_list(result.get("site_saw")))
    }
    return [
        Sent(
            channel=label("channel", channel),
            # One act says more than the class of effects that it belongs to.
            what=next(iter(steps)) if len(steps) == 1 else label("effect", effect),
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
    return [change for event in events if event.kind == "change" for change in changes(event)]


def compared(events: Sequence[Event]) -> list[Comparison]:
    """Return every comparison once, in the order of the log."""
    comparisons = [comparison(event) for event in events if event.kind in ("compared", "difference")]
    return list(dict.fromkeys(comparisons))


def confirmed(events: Sequence[Event], offset: timedelta) -> list[Confirmed]:
    """Return what a person said is true, value by value."""
    return [
        Confirmed(
            what=label("channel", event.facts.get("item")),
            value=as_text(event.facts.get("value")),
            by=as_text(event.facts.get("by")),
            at=readable(local_time(event.utc, offset)),
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
    names = [as_text(event.facts.get("by")) for event in events if event.kind == "confirmed"]
    is_persons_word = observed.facts.get("source") == "person"
    return Certified(names[-1] if names else "", datetime.fromisoformat(released.utc), is_persons_word)


def certified_sentence(by: str, at: str, *, is_persons_word: bool) -> str:
    """Return the sentence of who certified and when, and how it is known that the site accepted it."""
    if is_persons_word:
        return _(
            "Sent on {time}. That the site accepted it was not seen on a page: the person said so.", time=at
        )
    if not by:
        return _("The account's information was certified on {time}, and the site accepted it.", time=at)
    return _(
        "{name} certified the account's information on {time}, and the site accepted it.", name=by, time=at
    )


def deadline(events: Sequence[Event]) -> Due | None:
    """Return the last deadline in the log; None if there is none."""
    deadlines = [event for event in events if event.kind == "deadline"]
    if not deadlines:
        return None
    at = datetime.fromisoformat(as_text(deadlines[-1].facts.get("at")))
    certification = certified(events)
    # Only what a page showed proves that a deadline was met.
    met = certification is not None and not certification.is_persons_word and certification.at <= at
    return Due(at, tuple(readings(deadlines[-1])), met=met)


def would_have_sent(events: Sequence[Event]) -> list[RehearsedPress]:
    """Return what a rehearsal would have pressed."""
    return [would_send(event) for event in events if event.kind == "would-send"]


def held_back(result: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Return the requests of the pages themselves that a rehearsal's fence stopped, with their counts."""
    return [
        (as_text(entry.get("request")), as_text(entry.get("count")))
        for entry in map(as_mapping, as_list(result.get("held_back")))
    ]


def _state_label(channel: Mapping[str, Json], *, certified: Certified | None) -> str:
    state = as_text(channel.get("state"))
    if channel.get("channel") == "certification" and state in ("verified", "unverified"):
        if certified is not None and state == "verified":
            state = "certified-by-word" if certified.is_persons_word else "certified"
        return label("certification", state)
    return label("state", state)


def _outcome_key(channel: Mapping[str, Json], rehearsed: set[str]) -> Json:
    only = channel.get("outcome") == "done" and as_text(channel.get("channel")) in rehearsed
    return "would-send" if only else channel.get("outcome")


def hidden(manifest: Mapping[str, Json]) -> list[str]:
    """Return how many places were painted over, by what they hide."""
    masks = as_mapping(as_mapping(manifest.get("redaction")).get("masks"))
    return [_("{what}: {count}", what=label("hides", hides), count=as_int(n)) for hides, n in masks.items()]


def _day(time: Json) -> str:
    return as_text(time)[:10]
