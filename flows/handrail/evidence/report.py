"""The report: what a run did and saw, on one page that needs nothing but a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from handrail import i18n
from handrail.evidence.decisions import decisions
from handrail.evidence.events import Event, Json
from handrail.evidence.reading import listed, mapped, moment, text, whole
from handrail.evidence.statement import SealFacts
from handrail.evidence.timeline import lines
from handrail.evidence.words import VERDICTS, joined, named_effect, took, word
from handrail.htmlpage import environment
from handrail.i18n import gettext as _


@dataclass(frozen=True)
class Sent:
    """What was sent for one contact, counted twice where that is possible."""

    channel: str
    """The contact, in words."""
    what: str
    """The effect, in words."""
    acts: str
    """Which presses it was, with their counts; empty where `what` says it all."""
    count: int
    """How often the log says that it left the browser."""
    counted: str
    """How often the mock says that it arrived; empty on a real site."""


def render(events: Sequence[Event], manifest: Mapping[str, Json], language: str, seal: SealFacts) -> str:
    """Render the report's HTML from a bundle's own events and manifest, in English or Chinese."""
    with _speaking(language):
        page = environment("handrail.evidence").get_template("report.html.j2")
        return page.render(_=_, lang=language, seal=seal, **_contents(events, manifest))


def _contents(events: Sequence[Event], manifest: Mapping[str, Json]) -> dict[str, object]:
    genesis, result = events[0].facts, mapped(manifest.get("result"))
    offset = timedelta(minutes=whole(genesis.get("utc_offset_minutes")))
    told = lines(events, offset)
    verdict, meaning = VERDICTS.get(text(result.get("outcome")), VERDICTS["unknown"])
    return {
        "bundle_id": text(manifest.get("bundle_id")),
        "dry_run": manifest.get("dry_run") is True,
        "complete": manifest.get("complete") is True,
        "outcome": text(result.get("outcome")),
        "verdict": str(verdict),
        "meaning": str(meaning),
        "until": _until(result),
        "advice": _advice(result),
        "error": mapped(result.get("error")),
        "subject": word("flow", genesis.get("flow")),
        "account": text(genesis.get("legal_name")) or text(genesis.get("account")),
        "facts": _facts(events, offset),
        "channels": _channels(result),
        "effects": _effects(events, result),
        "counted": bool(listed(result.get("site_saw"))),
        "changes": _changes(events),
        "decisions": decisions(events, offset),
        "timeline": told,
        "pictures": [line for line in told if line.picture],
        "offset": _offset(offset),
        "files": [mapped(entry) for entry in listed(manifest.get("artifacts"))],
        "chain": mapped(manifest.get("chain")),
    }


def _facts(events: Sequence[Event], offset: timedelta) -> list[tuple[str, list[str]]]:
    genesis = events[0].facts
    maker = joined(f"Handrail {text(genesis.get('handrail'))}", text(genesis.get("platform")))
    rows = [
        (_("Account"), [text(genesis.get("account"))]),
        (_("Site"), [text(genesis.get("site_name")) or text(genesis.get("site"))]),
        (_("Began"), _both_times(events[0].utc, offset)),
        (_("Ended"), [*_both_times(events[-1].utc, offset), took(events[-1].mono_us // 1000)]),
        (_("Help given"), [word("assist", genesis.get("assist"))]),
        (_("Record"), [text(genesis.get("bundle_id")), maker]),
    ]
    return [(name, [v for v in values if v]) for name, values in rows if any(values)]


def _both_times(utc: str, offset: timedelta) -> list[str]:
    local = moment(utc, offset)
    here = f"{local:%Y-%m-%d %H:%M:%S} {_offset(offset)}"
    there = f"{datetime.fromisoformat(utc):%Y-%m-%d %H:%M:%S} UTC"
    return [there] if not offset else [here, there]


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _until(result: Mapping[str, Json]) -> str:
    until = text(result.get("until"))
    if not until:
        return ""
    when = datetime.fromisoformat(until)
    shown = f"{when:%Y-%m-%d %H:%M} {_offset(when.utcoffset() or timedelta())}"
    return _("until {time} ({who})", time=shown, who=word("until_from", result.get("until_from")))


def _advice(result: Mapping[str, Json]) -> list[str]:
    advice = result.get("advice")
    if isinstance(advice, str):
        return [advice] if advice else []
    return [text(one) for one in listed(advice)]


def _channels(result: Mapping[str, Json]) -> list[tuple[str, str, str, str]]:
    return [
        (
            text(one.get("marketplace")) or "",
            word("channel", one.get("channel")),
            word("state", one.get("state")),
            word("outcome", one.get("outcome")),
        )
        for one in map(mapped, listed(result.get("channels")))
    ]


def _effects(events: Sequence[Event], result: Mapping[str, Json]) -> list[Sent]:
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
            what=word("effect", effect),
            acts=joined(
                *(
                    _("{what}: {count}", what=act, count=count)
                    for act, count in steps.items()
                    if act != word("effect", effect)
                )
            ),
            count=steps.total(),
            counted=saw.get((channel, effect), ""),
        )
        for (channel, effect), steps in ((key, acts.get(key, Counter())) for key in {**acts, **saw})
    ]


def _changes(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    return [
        (
            joined(word("channel", e.facts.get("channel")), text(e.facts.get("marketplace"))),
            text(e.facts.get("before")) or _("(empty)"),
            text(e.facts.get("after")) or _("(empty)"),
        )
        for e in events
        if e.kind == "change"
    ]


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = i18n.language()
    if language != before:
        i18n.choose(language)
    try:
        yield
    finally:
        if language != before:
            i18n.choose(before)
