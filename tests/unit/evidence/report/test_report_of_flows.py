"""The report of every flow: what was compared, confirmed, changed, held back, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from handrail.core import i18n
from handrail.core.labels import label, observed_label, store_label
from handrail.core.outcome import Outcome
from handrail.engine.effects.effect import NOT_ARRIVED, NOT_PRESSED, NOTHING_LEFT, SIGNED_OUT
from handrail.engine.verifications.certification.items import Equality
from handrail.engine.verifications.reconcile import NEVER_LEFT
from handrail.evidence.format.attestation import SealFacts
from handrail.evidence.format.events import Event, Json
from handrail.evidence.report.render import Copy, render
from handrail.operator.prompts import PromptKind
from handrail.sites.locate import State
from handrail.sites.schema.actions import OutcomeWord
from handrail.sites.schema.base import AddressKind, AddressPart, ItemKind

SEAL = SealFacts("20261123T204700Z-certify-0a1b2c3d", "ab" * 32, "live", True, False, None)
MANIFEST: dict[str, Json] = {
    "bundle_id": SEAL.bundle_id,
    "complete": True,
    "result": {
        "outcome": "waiting",
        "channels": [
            {
                "channel": "business",
                "marketplace": "UK",
                "state": "in-progress",
                "outcome": "waiting",
                "dates": {"ordered": "2026-11-20T08:00:00+08:00", "expected": "2026-11-30T08:00:00+08:00"},
            },
            {"channel": "contact", "marketplace": "Canada", "state": "verified", "outcome": None},
        ],
    },
    "redaction": {"masks": {"personal": 3}, "scan": {"done": True, "shapes": [], "found": []}},
    "artifacts": [],
    "chain": {"head": "0" * 64, "count": 9},
}
TOLD: tuple[tuple[str, dict[str, Json]], ...] = (
    ("deadline", {"at": "2026-12-02T00:00:00+08:00", "from": "site", "readings": [
        {"at": "2026-12-02T00:00:00+08:00", "from": "site"},
        {"at": "2026-12-03T00:00:00+08:00", "from": "notice"},
    ]}),
    ("compared", {"item": "legal-name", "equality": "same", "shown": "Harbour Ltd", "wanted": "Harbour Ltd"}),
    ("difference", {"channel": "business", "part": "city", "how": "different", "shown": "Alameda",
                    "wanted": "Oakland"}),
    ("confirmed", {"item": "tax-id", "value": "••••", "by": "Lin Wei"}),
    ("change", {"channel": "business", "marketplace": "US", "fields": [
        {"name": "line1", "before": "88 Wharf Road", "after": "2100 Quay Street"},
        {"name": "line2", "before": "", "after": "Suite 310"},
    ]}),
    ("change", {"channel": "business", "marketplace": "US", "part": "city", "before": "Alameda",
                "after": "Oakland"}),
    ("would-send", {"step": "save", "effect": "submit", "channel": "business", "marketplace": "US",
                    "value": "2100 Quay Street", "sends": ["POST /api/address"], "button": "Keep it"}),
    ("effect-intended", {"step": "order", "effect": "request-code", "channel": "business"}),
    ("effect-observed", {"step": "order", "effect": "request-code", "channel": "business",
                         "outcome": "refused", "said": "We cannot send mail there."}),
    ("fence", {"held_back": [{"request": "POST /api/beacon", "count": 3}]}),
    ("prompt", {"id": 1, "prompt": "approve", "text": "Save this address?",
                "choices": ["yes", "stop", "first"], "labels": ["", "", "Keep the old one"]}),
    ("answer", {"id": 1, "choice": "first", "by": "person", "ms": 2500}),
    ("learned", {"places": ["contact.phone.save"], "thing": "a button “Keep”", "kept": True}),
    ("sealed-later", {"why": "the log's last line was cut"}),
)  # fmt: skip


def events() -> Iterator[Event]:
    """Every kind of thing a flow may record, in a time zone east of UTC."""
    genesis: dict[str, Json] = {"flow": "certify", "utc_offset_minutes": 480, "assist": "fill"}
    for at, (kind, facts) in enumerate((("genesis", genesis), *TOLD)):
        utc = f"2026-11-23T20:30:{at:02d}.000Z"
        yield Event(at, "0" * 64, utc, at * 1000, kind, facts, "0" * 64)


@pytest.fixture(scope="module")
def page() -> str:
    """The English report of all of them."""
    return render(list(events()), MANIFEST, "en", SEAL)


@pytest.mark.parametrize(
    "said",
    [
        "2026-12-02 00:00 +0800 (as the site&#39;s page says)",
        "2026-12-03 00:00 +0800 (counted from the notice)",
        "Business address, United States, address line 1",
        "2100 Quay Street",
        "(empty)",
        "Business address, city",
        "different",
        "Lin Wei",
        "POST /api/address",
        "not pressed: “Keep it”",
        "The site&#39;s own words: “We cannot send mail there.”",
        "United Kingdom",
        "Being checked by the site",
        "expected 2026-11-30",
        "kept for later runs",
        "Save this address?",
        "Offered: Yes · Stop here · Keep the old one",
        '<b><bdi>Keep the old one</bdi></b><br><span class="quiet">by a person, 2.5 s</span>',
        "POST /api/beacon: 3",
        "sealed later, as incomplete",
        "2026-11-24 04:30:00 +0800",
        "2026-11-23 20:30:00 +0000",
        'title="20:30:01 UTC"',
        "phone numbers and e-mail addresses: 3",
    ],
)
def test_every_flow_is_told(page: str, said: str) -> None:
    """Deadlines with their sources, fields before and after, names, the site's words, both clocks."""
    assert said in page


def certifying(
    *, due: str = "2026-12-02T00:00:00+08:00", outcome: str = "accepted", source: str = "page"
) -> list[Event]:
    """The log of a run in which Lin Wei certified."""
    press: dict[str, Json] = {"step": "certify", "effect": "submit", "channel": "certification"}
    told: list[tuple[str, dict[str, Json]]] = [
        ("genesis", {"flow": "certify", "utc_offset_minutes": 480}),
        ("navigate", {"page": "health", "url": "https://quayside.example/health", "status": 200}),
        ("step", {"name": "open health", "effect": "read", "attempts": 1, "ms": 270, "outcome": "ok"}),
        ("step", {"name": "compare my-own-page", "effect": "read", "attempts": 1, "outcome": "ok"}),
        ("deadline", {"at": due, "from": "site", "readings": [{"at": due, "from": "site"}]}),
        ("confirmed", {"item": "tax-id", "value": "••••", "by": "Lin Wei"}),
        ("effect-intended", press),
        ("effect-released", press),
        ("effect-observed", {**press, "outcome": outcome, "source": source}),
        ("end", {"outcome": "done", "exit_code": 0}),
    ]
    return [
        Event(at, "0" * 64, f"2026-11-23T20:30:{at:02d}.000Z", at * 1000, kind, facts, "0" * 64)
        for at, (kind, facts) in enumerate(told)
    ]


def ended(outcome: str, state: str = "verified") -> dict[str, Json]:
    """The manifest of a certification that ended so."""
    channel: dict[str, Json] = {"channel": "certification", "state": state, "outcome": outcome}
    return {**MANIFEST, "result": {"outcome": outcome, "channels": [channel]}}


def test_a_certification_says_who_when_and_that_the_deadline_is_met() -> None:
    """Not a bare “done” with a deadline that looks due."""
    told = render(certifying(), ended("done"), "en", SEAL)
    when = "2026-11-24 04:30 +0800"
    assert f"Lin Wei certified the account&#39;s information on {when}, and the site accepted it." in told
    assert "<b>Deadline met:</b> 2026-12-02 00:00 +0800" in told
    assert "<b>Deadline:</b>" not in told
    assert "<b>Certified</b>" in told
    assert when in told.partition('data-name="At"')[2]


def test_a_certification_on_a_persons_word_alone_is_not_said_to_be_seen() -> None:
    """Where no page showed it, heading and state name the person's word, and no deadline is met."""
    page = render(certifying(source="person"), ended("done"), "en", SEAL)
    assert "Certified, by the person&#39;s word" in page
    assert "was not seen on a page" in page
    for unseen in ("the site accepted it.</p>", "Deadline met", "<b>Certified</b>"):
        assert unseen not in page


def test_a_deadline_that_had_passed_is_not_met() -> None:
    """Certified too late is certified, and nothing says that it was in time."""
    told = render(certifying(due="2026-11-01T00:00:00+08:00"), ended("done"), "en", SEAL)
    assert "Lin Wei certified" in told
    assert "Deadline met" not in told


def test_what_the_site_did_not_accept_is_not_certified() -> None:
    """Its deadline still runs."""
    told = render(certifying(outcome="refused"), ended("needs-person", "unverified"), "en", SEAL)
    assert "certified the account" not in told
    assert "<b>Deadline:</b>" in told
    assert "<b>Asked for</b>" in told


def test_the_timeline_speaks_of_pages_and_not_of_keys() -> None:
    """A page is opened once, by the name that people know; numbers for machines stay in the log."""
    told = render(certifying(), ended("done"), "en", SEAL)
    assert told.count("Opened the page: account health") == 1
    assert "open the page" not in told
    assert "compare the page: my own page" in told
    for said in ("answered", "270 ms", "exit code", "my-own-page"):
        assert said not in told


def test_a_run_that_waits_for_a_person_did_not_break_off() -> None:
    """It stopped where it had to, and says so."""
    told = render(certifying(), {**ended("needs-person"), "complete": False}, "en", SEAL)
    assert "The run waits there" in told
    assert "did not get to its end" not in told


def test_a_postcard_is_not_called_a_code() -> None:
    """What is on its way comes by mail."""
    assert observed_label("order", "code-asked") == "the site says that a postcard is on its way"
    assert observed_label("request", "code-asked") == "the site says that a code is on its way"
    assert observed_label("order", "refused") == "the site refused"


def test_the_report_speaks_chinese() -> None:
    """Stores, states and headings come in the reader's language."""
    i18n.choose("zh")
    try:
        told = render(list(events()), MANIFEST, "zh", SEAL)
        known = i18n.gettext("Business address")
    finally:
        i18n.choose("en")
    assert 'lang="zh-Hans"' in told
    assert known != "Business address"
    assert known in told
    assert "Business address" not in told


def test_a_copy_with_something_taken_out_is_no_evidence_itself() -> None:
    """A derived copy names its original and its seal's hash, and claims no seal of its own."""
    told = render(list(events()), MANIFEST, "en", SEAL, copy=Copy("cd" * 32, derived=True))
    assert "DERIVED COPY" in told
    assert "cd" * 32 in told
    assert "Sealed as" not in told
    assert "sha256sum" not in told


WORDS = [
    *(("prompt", kind) for kind in get_args(PromptKind)),
    *(("observed", outcome) for outcome in get_args(OutcomeWord)),
    *(("observed", word) for word in (NOTHING_LEFT, SIGNED_OUT, NOT_ARRIVED, NOT_PRESSED, NEVER_LEFT)),
    *(("state", state) for state in get_args(State)),
    *(("outcome", outcome.value) for outcome in Outcome),
    *(("equality", equality) for equality in get_args(Equality)),
    *(("channel", item) for item in (*get_args(ItemKind), *get_args(AddressKind), "certification")),
    *(("part", part) for part in get_args(AddressPart)),
]


@pytest.mark.parametrize(("group", "identifier"), WORDS)
def test_every_identifier_is_said_in_words(group: str, identifier: str) -> None:
    """No reader is shown a word that only the log knows."""
    said = label(group, identifier)
    assert "-" not in said or said != identifier
    assert said[:1] != said[:1].lower() or group in ("observed", "outcome", "equality", "part")


@pytest.mark.parametrize(
    ("name", "said"),
    [("US", "United States"), ("Canada", "Canada"), ("canada", "Canada"), ("墨西哥", "墨西哥"), (None, "")],
)
def test_a_store_is_named_in_words(name: str | None, said: str) -> None:
    """By the code of a site file or the name on a page; what is neither is said as it is."""
    assert store_label(name) == said
