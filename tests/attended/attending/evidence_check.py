"""Hold what a bundle says against the mock's own record, and against what the person really did."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attending.report_page import ReportPage, read_report

Event = dict[str, Any]

AT = {
    "save": ("save", "address-save"),
    "request": ("request-code",),
    "enter-code": ("verify", "address-confirm"),
    "order": ("address-verify",),
    "order-again": ("address-postcard",),
    "documents": ("address-verify",),
    "certify": ("certify",),
}
"""A step of the log, and what the mock calls the request that it is."""
DONE = frozenset({"saved", "code-asked", "accepted", "verify-asked", "checking", "verified", "opened"})
"""Outcomes that say that the site did what was asked of it."""
NOT_DONE = frozenset({"wrong-code", "expired", "refused", "locked", "exhausted", "not-saved"})
"""Outcomes that say that the site answered no."""
NOT_SENT = frozenset({"never-left", "nothing-left", "not-sent"})
"""Outcomes that say that nothing reached the site."""
SEEN_AFTERWARDS = ("seen on the page afterwards", "事后从页面得知")
ACCEPTED = ("the site accepted it", "网站已接受")
SAVED = ("the site saved it", "网站已保存")
ON_ITS_WAY = (
    "the site says that a code is on its way",
    "网站表示验证码已发出",
    "the site says that a postcard is on its way",
    "网站表示明信片已寄出",
)
CERTIFIED_BY = (
    re.compile(r"(?:^|\n)(.+?) certified the account's information on "),
    re.compile(r"(?:^|\n)(.+?) 已于 .+? (?:证明|认证)账户信息"),
)
_STORES = {"US": "us", "CA": "ca", "MX": "mx", "Canada": "ca", "Mexico": "mx", "加拿大": "ca", "墨西哥": "mx"}


@dataclass(frozen=True)
class Seller:
    """What the run was to verify."""

    email: str
    phone: str
    business: tuple[str, ...]
    """Words that stand in the business address, whoever writes it."""


@dataclass(frozen=True)
class Deeds:
    """What the person really did."""

    answered: frozenset[int] = frozenset()
    """The numbers of the questions at which they typed or pressed anything."""
    names: tuple[str, ...] = ()
    """The names they gave where they were asked who certifies."""
    stopped: bool = False
    """Whether they said stop: Ctrl-C, or the word or the key that stops every run."""


@dataclass(frozen=True)
class Evidence:
    """One bundle, as far as it is held against the mock."""

    events: Sequence[Event]
    result: dict[str, Any]
    page: ReportPage
    mock: dict[str, Any]
    deeds: Deeds
    seller: Seller
    received: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if event["kind"] == kind]


def contradictions(bundle: Path, mock: dict[str, Any], deeds: Deeds, seller: Seller) -> list[str]:
    """Return every sentence and every event of the bundle that is not as it was, in words; none is right."""
    events = [json.loads(line) for line in (bundle / "events.jsonl").read_text("utf-8").splitlines()]
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    page = read_report((bundle / "report.html").read_text("utf-8"))
    evidence = Evidence(events, manifest["result"], page, mock, deeds, seller)
    return [found for rule in _RULES for found in rule(evidence)]


def _counts(evidence: Evidence) -> Iterator[str]:
    """As often as the log, the result and the report say that something was sent, it arrived."""
    mock = {(e["channel"], e["effect"]): e["count"] for e in evidence.mock["effects"] if e["count"]}
    log = Counter((event["channel"], event["effect"]) for event in evidence.of("effect-released"))
    if dict(log) != mock:
        yield f"sent, by the log: {dict(log)}; received by the mock: {mock}"
    told: Counter[tuple[str, str]] = Counter()
    for effect in evidence.result["effects"]:
        told[effect["channel"], effect["effect"]] += effect["count"]
    if dict(told) != mock:
        yield f"sent, by the result: {dict(told)}; received by the mock: {mock}"
    saw = {(e["channel"], e["effect"]): e["count"] for e in evidence.result["site_saw"]}
    if saw and saw != mock:
        yield f"the result says the mock counted {saw}; it counted {mock}"
    if evidence.page.sent and sum(evidence.page.sent) != sum(mock.values()):
        yield f"the report's numbers of what was sent, {evidence.page.sent}, are not those of {mock}"
    if evidence.page.counted and sum(evidence.page.counted) != sum(mock.values()):
        yield f"the report's numbers of what was counted, {evidence.page.counted}, are not those of {mock}"


def _outcomes(evidence: Evidence) -> Iterator[str]:
    """What the log says came of each effect is what the mock made of that very request."""
    queue: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for received in evidence.mock["received"]:
        for step, places in AT.items():
            if received["at"] in places and _is_step(step, received):
                queue.setdefault((received["channel"], step), []).append(received)
    last: dict[str, tuple[str, dict[str, Any] | None]] = {}
    said = False
    for event in evidence.events:
        step = event.get("step")
        if event["kind"] == "answer":
            # A person's word may be wrong; whose it is, is another rule's.
            said = event["prompt"] == "reconcile" and event["choice"] in ("happened", "did-not-happen")
        if event["kind"] == "effect-intended":
            last[step] = (event["channel"], None)
        elif event["kind"] == "effect-released" and event["effect"] != "start-clock":
            waiting = queue.get((event["channel"], step), [])
            last[step] = (event["channel"], waiting.pop(0) if waiting else None)
        elif event["kind"] == "effect-observed" and event["effect"] != "start-clock":
            channel, received = last.get(step, (str(event.get("channel")), None))
            if not said:
                yield from _outcome(event, channel, received)
            said = False


def _is_step(step: str, received: dict[str, Any]) -> bool:
    # One request orders a postcard or hands in documents; its effect tells which.
    return step not in ("order", "documents") or (received["effect"] == "request-code") == (step == "order")


def _outcome(event: Event, channel: str, received: dict[str, Any] | None) -> Iterator[str]:
    outcome, what = event.get("outcome"), f"{channel} {event['step']}"
    if outcome in DONE and (received is None or received["did"] is None or received["refused"]):
        yield f"{what}: {outcome}, by the log; the mock: {received}"
    if (
        outcome in NOT_DONE
        and received is not None
        and received["did"] is not None
        and not received["refused"]
    ):
        yield f"{what}: {outcome}, by the log; the mock did it: {received}"
    if outcome in NOT_SENT and received is not None:
        yield f"{what}: {outcome}, by the log; the mock received it: {received}"


def _destinations(evidence: Evidence) -> Iterator[str]:
    """What was sent was for the value that the log names, and codes went there."""
    for channel in ("email", "phone"):
        said = [
            (event["step"], event["value"])
            for event in evidence.of("effect-released")
            if event["channel"] == channel
        ]
        got = [
            (step, received["value"])
            for received in evidence.mock["received"]
            for step in ("save", "request", "enter-code")
            if received["channel"] == channel and received["at"] in AT[step]
        ]
        for (step, display), (at, value) in zip(said, got, strict=False):
            if step != at or (value and not shows(display, value)):
                yield f"{channel}: {step} for {display}, by the log; {at} for {_hidden(value)}, by the mock"
        asked = [
            event for event in evidence.of("effect-observed")
            if event.get("channel") == channel and event.get("outcome") == "code-asked"
        ]  # fmt: skip
        sent = [m["to"] for m in evidence.mock["outbox"] if m["channel"] == channel]
        for event, to in zip(asked, sent, strict=False):
            if not shows(event["value"], to):
                yield f"a code for {event['value']}, by the log, went to {_hidden(to)}"


def _sources(evidence: Evidence) -> Iterator[str]:
    """What a person said is not told as seen on the page."""
    said: str | None = None
    for event in evidence.events:
        if event["kind"] == "answer" and event["prompt"] == "reconcile":
            said = event["choice"]
        elif event["kind"] == "effect-observed" and said in ("happened", "did-not-happen"):
            if event.get("why") in SEEN_AFTERWARDS:
                yield f"{event['step']}: {event['outcome']}, “{event['why']}”; it was a person who said so"
            said = None
    for line in evidence.page.lines:
        if any(words in detail for detail in line for words in SEEN_AFTERWARDS) and not any(
            event.get("why") in SEEN_AFTERWARDS for event in evidence.of("effect-observed")
        ):
            yield f"the report says “seen on the page” of what the log does not: {line}"


def _states(evidence: Evidence) -> Iterator[str]:
    """A state belongs to the value that was to be verified, as the mock has it at the end."""
    for channel in evidence.result["channels"]:
        if channel["state"] == "verified" and (why := _not_verified(evidence, channel)):
            yield f"{channel['channel']}, {channel['marketplace']}: verified; {why}"
        if channel["state"] == "in-progress" and (why := _not_in_progress(evidence, channel)):
            yield f"{channel['channel']}, {channel['marketplace']}: in progress; {why}"
    told = len([row for row in evidence.page.states if row in ("Verified", "已验证")])
    meant = len([
        channel for channel in evidence.result["channels"]
        if channel["state"] == "verified" and channel["channel"] != "certification"
    ])  # fmt: skip
    if told != meant:
        yield f"the report shows {told} as verified, the result {meant}"


def _not_verified(evidence: Evidence, told: dict[str, Any]) -> str | None:
    state, channel = evidence.mock["state"], told["channel"]
    if channel in ("email", "phone"):
        contact = state["contacts"][_STORES[told["marketplace"]]][channel]
        wanted = [getattr(evidence.seller, channel), *_given(evidence, channel)]
        if not contact["verified"]:
            return "the mock has it unverified"
        return None if any(_same(contact["value"], one) for one in wanted) else "it is another value's state"
    if channel == "contact":
        store = state["contacts"][_STORES[told["marketplace"]]].values()
        return None if all(one["verified"] for one in store) else "the mock has one unverified"
    if channel == "certification":
        return "it is asked for" if state["certification"]["asked"] else None
    if state["addresses"][channel]["status"] != "verified":
        return f"the mock has it {state['addresses'][channel]['status']}"
    return None if channel != "business" or _is_wanted(evidence) else "it is another address's state"


def _not_in_progress(evidence: Evidence, told: dict[str, Any]) -> str | None:
    if told["channel"] != "business":
        return None
    # A change that is not visible yet is shown as being in progress, whatever its own state is.
    return None if _is_wanted(evidence) else "it is another address's state"


def _given(evidence: Evidence, channel: str) -> list[str]:
    """Return the values that the person gave on the way in place of the profile's."""
    return [
        received["value"]
        for received in evidence.mock["received"]
        if received["channel"] == channel and received["at"] == "save" and received["value"]
    ]


def _is_wanted(evidence: Evidence) -> bool:
    written = " ".join(evidence.mock["state"]["addresses"]["business"]["parts"].values()).casefold()
    return all(word.casefold() in written for word in evidence.seller.business)


def _end(evidence: Evidence) -> Iterator[str]:
    """Done is said only of what the mock has."""
    if evidence.result["outcome"] != "done":
        return
    for channel in evidence.result["channels"]:
        if channel["outcome"] == "done" and (why := _not_verified(evidence, channel)):
            yield f"{channel['channel']}: done; {why}"


def _persons(evidence: Evidence) -> Iterator[str]:
    """By a person is what a person did."""
    for event in evidence.of("answer"):
        if event["by"] == "person" and event["id"] not in evidence.deeds.answered:
            yield f"{event['prompt']} ({event['id']}) by a person; nobody did anything there"
    for event in evidence.of("stop"):
        if event.get("by") == "person" and not evidence.deeds.stopped:
            yield "stopped by a person; nobody said stop"


def _names(evidence: Evidence) -> Iterator[str]:
    """Who certified is who said so, by a name."""
    named = [event["by"] for event in evidence.of("confirmed")]
    named += [found[1] for pattern in CERTIFIED_BY for found in pattern.finditer(evidence.page.text)]
    for name in named:
        if name not in evidence.deeds.names or not re.search(r"[^\W\d_]", name):
            yield f"“{name}” certified; the person gave the names {evidence.deeds.names}"
    if (
        named
        and any(p.search(evidence.page.text) for p in CERTIFIED_BY)
        and not (evidence.mock["state"]["certification"]["certified"])
    ):
        yield "certified, by the report; the mock has no certification"


def _changes(evidence: Evidence) -> Iterator[str]:
    """A value is told as changed where the mock saved it."""
    for channel in {event["channel"] for event in evidence.of("change")}:
        saved = [
            received for received in evidence.mock["received"]
            if received["channel"] == channel and received["at"] in AT["save"] and received["did"]
            and not received["refused"]
        ]  # fmt: skip
        told = [event for event in evidence.of("change") if event["channel"] == channel]
        # An address changes part by part, all with one save.
        if len(told) > len(saved) and not (saved and all(event.get("part") for event in told)):
            yield f"{channel}: {len(told)} changes, by the log; {len(saved)} saved, by the mock"
        for event, received in zip(told, saved, strict=False):
            if received["value"] and event.get("after") and not shows(event["after"], received["value"]):
                yield f"{channel}: changed to {event['after']}; the mock saved {_hidden(received['value'])}"


def _captions(evidence: Evidence) -> Iterator[str]:
    """A picture is called verified where the mock has it so."""
    for event in evidence.of("capture"):
        found = re.fullmatch(r"artifacts/\d+-(email|phone)-verified\.png", event["path"])
        if found and not evidence.mock["state"]["contacts"]["us"][found[1]]["verified"]:
            yield f"“{event['caption']}”; the mock has it unverified"


def _sentences(evidence: Evidence) -> Iterator[str]:
    """The report's sentences about what the site did are as many as the mock did."""
    did = [r for r in evidence.mock["received"] if r["did"] and not r["refused"]]
    accepted = [r for r in did if r["at"] in ("verify", "address-confirm", "certify", "address-verify")]
    saved = [r for r in did if r["at"] in AT["save"]]
    asked = [r for r in did if r["effect"] == "request-code"]
    # What a code was asked for may later be closed as accepted, with the value that was verified by it.
    for words, most in (
        (ACCEPTED, len(accepted) + len(asked)),
        (SAVED, len(saved)),
        (ON_ITS_WAY, len(asked)),
    ):
        told = sum(
            any(detail.startswith(w) for w in words) for line in evidence.page.lines for detail in line
        )
        if told > most:
            yield f"the report says {told} times “{words[0]}”; the mock did so {most} times at most"
    # And the report says what the log says.
    meant = Counter(event.get("outcome") for event in evidence.of("effect-observed"))
    for words, outcome in ((ACCEPTED, "accepted"), (SAVED, "saved"), (ON_ITS_WAY, "code-asked")):
        told = sum(
            any(detail.startswith(w) for w in words) for line in evidence.page.lines for detail in line
        )
        if told != meant[outcome]:
            yield f"the report says {told} times “{words[0]}”, the log {meant[outcome]} times"


def shows(display: str, value: str) -> bool:
    """Whether a display form, such as o••@host or +86 138••••8000, may be this value's."""
    if "@" in display or "@" in value:
        name, _at, host = display.partition("@")
        own, _at, own_host = value.partition("@")
        return host.casefold() == own_host.casefold() and own.casefold().startswith(
            name.strip("•").casefold()
        )
    first, *rest = (re.sub(r"\D", "", piece) for piece in re.split("•+", display))
    digits = re.sub(r"\D", "", value)
    return digits.startswith(first) and digits.endswith(rest[-1] if rest else first)


def _same(one: str, other: str) -> bool:
    if "@" in one or "@" in other:
        return one.casefold() == other.casefold()
    return re.sub(r"\D", "", one) == re.sub(r"\D", "", other)


def _hidden(value: str | None) -> str:
    return "nobody" if not value else f"{value[:3]}…{value[-2:]}"


_RULES = (
    _counts,
    _outcomes,
    _destinations,
    _sources,
    _states,
    _end,
    _persons,
    _names,
    _changes,
    _captions,
    _sentences,
)
