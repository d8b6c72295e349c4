"""The address flow on the mock: compared first, saved once, a postcard ordered once, dates told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.engine.context.results import RunResult
from handrail_fixtures import scenario
from handrail_fixtures.played import Played
from handrail_fixtures.plugin import Ran

DryRun = Callable[..., Played]
Walk = Callable[..., RunResult]
Variant = Callable[..., Path]

SAVED = Counter({("business", "submit"): 1})
ORDERED = Counter({("business", "submit"): 1, ("business", "request-code"): 1})
HANDED_IN = Counter({("business", "submit"): 2})
NOTHING: Counter[tuple[str, str]] = Counter()

ENDS = {
    "address-ok": (0, SAVED),
    "address-already-right": (0, NOTHING),
    "address-autocomplete-overwrites": (0, SAVED),
    "address-form-differs-only-in-abbreviation": (0, NOTHING),
    "address-postcard-ordered": (5, ORDERED),
    "address-verification-in-progress": (5, NOTHING),
    "address-documents": (5, HANDED_IN),
    "address-exhausted-attempts": (1, SAVED),
    "address-second-postcard": (4, NOTHING),
    "address-wrong-account": (4, NOTHING),
    "address-label-changed": (4, NOTHING),
    "address-captcha": (4, NOTHING),
}
"""How each scenario ends, and what reaches the site."""


def test_every_address_scenario_is_in_the_table() -> None:
    """A scenario nobody expects anything of is no scenario."""
    assert set(scenario.names("address")) == set(ENDS)
    assert {name: scenario.load(name).expect.exit for name in ENDS} == {
        k: code for k, (code, _) in ENDS.items()
    }


def the_difference_is_shown_and_asked(run: Played) -> None:
    """Every part that differs is told before it is saved, and stands in the evidence before and after."""
    differs = {
        one["part"]: (one["shown"], one["wanted"]) for one in run.told("difference", channel="business")
    }
    changed = {one["part"]: (one["before"], one["after"]) for one in run.told("change", channel="business")}
    assert changed == differs
    (asked,) = run.told("prompt", prompt="approve")
    assert all(wanted in asked["text"] for _shown, wanted in differs.values())


def it_was_filled_again(run: Played) -> None:
    """What the autocomplete put into the form was found on reading back, and corrected before saving."""
    (filled,) = [step for step in run.record["steps"] if step["name"] == "fill business"]
    assert (filled["policy"], filled["attempts"]) == ("field", 2)


def the_document_is_named(run: Played) -> None:
    """The advice names the field, both forms, and the document that must match; keeping it is the default."""
    (advice,) = run.record["advice"]
    assert "2100 Quay St." in advice
    assert "2100 Quay Street" in advice
    assert "utility bill" in advice
    assert run.offered("written-differently") == ["keep", "align", "stop"]


def the_dates_are_told(run: Played) -> None:
    """When it was ordered, by when it comes, until when it may be used; and when to come back."""
    (business,) = [one for one in run.record["channels"] if one["channel"] == "business"]
    assert set(business["dates"]) == {"ordered", "expected", "usable"}
    assert (run.record["until"][:10], run.record["until_from"]) == (
        business["dates"]["expected"][:10],
        "site",
    )


def the_site_says_until_when(run: Played) -> None:
    """A check that goes on is waited for as long as the site says."""
    assert run.record["until"]
    assert run.record["until_from"] == "site"


def what_it_kills_is_told(run: Played) -> None:
    """Whoever may order another postcard is told what becomes of the first."""
    (asked,) = run.told("prompt", prompt="another-postcard")
    assert "worthless" in asked["text"]
    assert asked["choices"] == ["yes", "no"]


PROMISES: dict[str, Callable[[Played], None]] = {
    "address-ok": the_difference_is_shown_and_asked,
    "address-autocomplete-overwrites": it_was_filled_again,
    "address-form-differs-only-in-abbreviation": the_document_is_named,
    "address-postcard-ordered": the_dates_are_told,
    "address-verification-in-progress": the_site_says_until_when,
    "address-documents": the_site_says_until_when,
    "address-second-postcard": what_it_kills_is_told,
}
"""What a scenario promises beside its exit code."""


@pytest.mark.parametrize("name", ENDS)
def test_an_address_scenario_ends_as_promised_and_the_counts_agree(name: str, dry_run: DryRun) -> None:
    """The exit code is the promised one; ledger and site counted the same, which is what the table says."""
    run = dry_run("address", name)
    code, effects = ENDS[name]
    assert run.record["exit_code"] == code, run.record["error"] or run.record["advice"]
    assert run.sent == run.seen == effects
    if check := PROMISES.get(name):
        check(run)


@pytest.mark.parametrize("name", ["address-ok", "address-exhausted-attempts"])
def test_the_old_addresses_badge_is_not_the_new_ones(name: str, dry_run: DryRun, variant: Variant) -> None:
    """Where the person says No to saving, "Verified" stands beside the address before: said of no other."""
    run = dry_run("address", variant(name, operator={"approve": "no"}))
    assert run.sent == run.seen == NOTHING
    states = {channel["channel"]: channel["state"] for channel in run.record["channels"]}
    assert states["business"] == "other-value"
    report = (Path(run.record["bundle"]) / "report.html").read_text(encoding="utf-8")
    assert "Another value stands there" in report


def test_an_address_is_aligned_where_the_person_says_so(dry_run: DryRun, variant: Variant) -> None:
    """The same place written differently is written as the profile does, once, on the person's word."""
    run = dry_run(
        "address",
        variant("address-form-differs-only-in-abbreviation", operator={"written-differently": "align"}),
    )
    assert run.record["exit_code"] == 0, run.record["advice"]
    assert run.sent == run.seen == SAVED
    (changed,) = run.told("change")
    assert (changed["part"], changed["before"], changed["after"]) == (
        "line1",
        "2100 Quay St.",
        "2100 Quay Street",
    )


def test_the_code_on_the_postcard_verifies_the_address(dry_run: DryRun, variant: Variant) -> None:
    """A postcard that has come is typed in, once, and the address is verified."""
    run = dry_run(
        "address",
        variant("address-second-postcard", address={"postcard_lost": False, "postcard_arrived": True}),
    )
    assert run.record["exit_code"] == 0, run.record["advice"]
    assert run.steps_sent("business") == {"enter-code": 1}
    assert run.sent == run.seen


def test_another_postcard_is_ordered_once_where_the_person_agrees(dry_run: DryRun, variant: Variant) -> None:
    """After the person's yes, one more is ordered, and the run waits for that one."""
    run = dry_run("address", variant("address-second-postcard", operator={"another-postcard": "yes"}))
    assert run.record["exit_code"] == 5, run.record["advice"]
    assert run.steps_sent("business") == {"order-again": 1}
    assert run.sent == run.seen


def test_the_documents_are_handed_in_once_where_the_person_chooses_them(
    dry_run: DryRun, variant: Variant
) -> None:
    """Saved and handed in, each once; the run waits for as long as the site says that it looks at them."""
    run = dry_run("address", variant("address-postcard-ordered", operator={"verify-how": "document"}))
    assert run.record["exit_code"] == 5, run.record["advice"]
    assert run.offered("verify-how") == ["postcard", "document", "stop"]
    assert run.steps_sent("business") == {"save": 1, "documents": 1}
    assert run.sent == run.seen == Counter({("business", "submit"): 2})
    (business,) = [one for one in run.record["channels"] if one["channel"] == "business"]
    assert (business["state"], set(business["dates"])) == ("in-progress", {"expected"})
    assert (run.record["until"][:10], run.record["until_from"]) == (
        business["dates"]["expected"][:10],
        "site",
    )


def test_an_address_that_is_saved_and_not_shown_yet_is_waited_for(walk: Walk, variant: Variant) -> None:
    """Saved once; the page shows the one before, as in progress: nothing is ordered, the run waits."""
    run = walk(variant("address-ok", address={"visible_after": 86400}), flow="address")
    assert run.outcome.exit_code == 5, run.advice
    assert run.until is not None
    assert run.until_from == "handrail"
    assert [(one.channel, one.state) for one in run.channels] == [
        ("registered", "verified"),
        ("business", "in-progress"),
    ]
    assert [(one[0], one[1], one[3]) for one in run.effects] == [("business", "save", 1)]
    assert [(one.channel, one.effect, one.count) for one in run.site_saw] == [("business", "submit", 1)]


def test_the_person_may_press_everything_themselves(dry_run: DryRun) -> None:
    """At the level fill the same walk ends the same, each effect sent once by the person's hands."""
    run = dry_run("address", "address-postcard-ordered", assist="fill")
    assert run.record["exit_code"] == 5, run.record["advice"]
    assert run.sent == run.seen == ORDERED


@pytest.mark.parametrize("assist", ["guide", "fill"])
def test_the_difference_is_told_where_the_person_saves_it(
    assist: str, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Below press nobody is asked to approve: each part stands in the terminal before it is typed."""
    ran = handrail(
        "dry-run",
        "address",
        "--assist",
        assist,
        "--out",
        tmp_path / "evidence",
        "--state",
        tmp_path / "state",
    )
    assert ran.code == 0, ran.stderr
    told = " ".join(ran.stderr.split())
    assert "business address, address line 1: “88 Wharf Road” becomes “2100 Quay Street”" in told
    assert "address line 2: “(empty)” becomes “Suite 310”" in told
