"""The certify flow on the mock: compared first, the clock started on a word, certified once by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handrail_fixtures import scenario
from handrail_fixtures.played import Played

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran
    from handrail_fixtures.serve import MockSite

DryRun = Callable[..., Played]
Variant = Callable[..., Path]

CERTIFIED = Counter({("certification", "start-clock"): 1, ("certification", "submit"): 1})
NOTHING: Counter[tuple[str, str]] = Counter()

ENDS = {
    "certify-unchanged": (0, CERTIFIED),
    "certify-certified-before": (0, NOTHING),
    "certify-certified-before-asks-again": (0, CERTIFIED),
    "certify-zh": (0, CERTIFIED),
    "certify-address-changed": (4, NOTHING),
    "certify-person-does-not-confirm": (4, NOTHING),
    "certify-update-not-visible-yet": (5, NOTHING),
    "certify-value-differs-and-cannot-wait": (4, NOTHING),
    "certify-status-refreshes-late": (0, CERTIFIED),
    "certify-session-expires": (0, CERTIFIED),
    "certify-unavailable-twice": (0, CERTIFIED),
    "certify-dropped-after-submit": (0, CERTIFIED),
    "certify-form-differs-only-in-abbreviation": (4, NOTHING),
    "certify-wrong-account": (4, NOTHING),
    "certify-label-changed": (4, NOTHING),
    "certify-captcha": (4, NOTHING),
}
"""How each scenario ends, and what reaches the site."""
WITH_DEADLINE = {
    "certify-form-differs-only-in-abbreviation",
    "certify-address-changed",
    "certify-person-does-not-confirm",
    "certify-update-not-visible-yet",
}


def test_every_certify_scenario_is_in_the_table() -> None:
    """A scenario nobody expects anything of is no scenario."""
    assert set(scenario.names("certify")) == set(ENDS)
    assert {name: scenario.load(name).expect.exit for name in ENDS} == {
        k: code for k, (code, _) in ENDS.items()
    }


def everything_was_said_before_the_clock(run: Played) -> None:
    """Each value is compared, then confirmed by name and time, then the clock's start is agreed to."""
    compared = run.told("compared")
    confirmed = run.told("confirmed")
    items = [
        "legal-name",
        "registered-address",
        "business-address",
        "phone",
        "email",
        "bank-ending",
        "tax-id",
    ]
    assert [one["item"] for one in compared] == items
    assert [one["item"] for one in confirmed] == items
    assert {one["by"] for one in confirmed} == {"Lin Wei"}
    (agreed,) = run.told("answer", prompt="start-clock")
    (started,) = run.told("effect-released", effect="start-clock")
    assert compared[-1]["seq"] < confirmed[0]["seq"] < confirmed[-1]["seq"] < agreed["seq"] < started["seq"]


def the_page_is_kept_before_and_after(run: Played) -> None:
    """The notice is captured before it is certified, and what the site says afterwards."""
    # A picture is developed beside the walk: its line may come later than what it shows.
    shown = run.captures
    assert shown.count("Before certifying") == shown.count("Certified") == 1
    assert shown.index("Before certifying") < shown.index("Certified")


def a_person_pressed(run: Played) -> None:
    """Ticking and certifying are asked of the person, even where Handrail presses everything else."""
    everything_was_said_before_the_clock(run)
    the_page_is_kept_before_and_after(run)
    assert len(run.told("prompt", prompt="certify")) == len(run.told("prompt", prompt="tick")) == 1


def the_address_flow_is_named(run: Played) -> None:
    """What must be run first is said, with the value that differs on both sides."""
    advice = " ".join(run.record["advice"])
    assert "handrail run address" in advice
    assert "88 Wharf Road" in advice
    assert not run.told("prompt", prompt="confirm-true")


def the_next_look_is_before_the_deadline(run: Played) -> None:
    """When to look again is Handrail's suggestion, and never past the deadline."""
    until = datetime.fromisoformat(run.record["until"])
    assert run.record["until_from"] == "handrail"
    assert until <= datetime.fromisoformat(run.record["deadline"]["at"])


def both_forms_and_the_document_are_named(run: Played) -> None:
    """The same place written differently is told with the document it must match; the clock never starts."""
    advice = " ".join(run.record["advice"])
    assert "2100 Quay St." in advice
    assert "2100 Quay Street" in advice
    assert "utility bill" in advice
    assert "handrail run address" in advice
    assert run.offered("certify-as-written") == ["yes", "stop"]
    assert not run.told("prompt", prompt="start-clock")


def both_readings_are_shown(run: Played) -> None:
    """The site's own deadline and the clock's stand side by side; the earlier one holds."""
    readings = run.record["deadline"]["readings"]
    assert [one["from"] for one in readings] == ["site", "clock"]
    assert run.record["deadline"]["at"] == readings[0]["at"] < readings[1]["at"]
    assert all(one["at"][:10] in " ".join(run.record["advice"]) for one in readings)


def the_lag_is_explained(run: Played) -> None:
    """A site that still asks after it was certified is not certified again."""
    assert any("still asks" in sentence for sentence in run.record["advice"])


def the_policy_retried(run: Played) -> None:
    """A page that was unavailable was asked again by the named policy, and nothing else was."""
    assert any(step["policy"] == "page" and step["attempts"] > 1 for step in run.record["steps"])
    assert all(
        step["attempts"] == 1 for step in run.record["steps"] if step["effect"] not in ("read", "fill")
    )


PROMISES: dict[str, Callable[[Played], None]] = {
    "certify-unchanged": a_person_pressed,
    "certify-zh": everything_was_said_before_the_clock,
    "certify-address-changed": the_address_flow_is_named,
    "certify-form-differs-only-in-abbreviation": both_forms_and_the_document_are_named,
    "certify-update-not-visible-yet": the_next_look_is_before_the_deadline,
    "certify-value-differs-and-cannot-wait": both_readings_are_shown,
    "certify-status-refreshes-late": the_lag_is_explained,
    "certify-unavailable-twice": the_policy_retried,
}
"""What a scenario promises beside its exit code."""


@pytest.mark.parametrize("name", ENDS)
def test_a_certify_scenario_ends_as_promised_and_the_counts_agree(name: str, dry_run: DryRun) -> None:
    """The exit code is the promised one; ledger and site counted the same, which is what the table says."""
    run = dry_run("certify", name)
    code, effects = ENDS[name]
    assert run.record["exit_code"] == code, run.record["error"] or run.record["advice"]
    assert run.sent == run.seen == effects
    assert bool(run.record["deadline"]) or name not in WITH_DEADLINE
    if check := PROMISES.get(name):
        check(run)


def test_the_earlier_of_notice_and_page_is_the_deadline(dry_run: DryRun) -> None:
    """Ten days from the notice, where that is before what the page says; both readings are told."""
    notice = (datetime.now(UTC) - timedelta(days=7)).date()
    run = dry_run("certify", "person-does-not-confirm", notice_date=notice)
    deadline = run.record["deadline"]
    assert run.record["exit_code"] == 4
    assert deadline["from"] == "notice"
    assert deadline["at"][:10] == (notice + timedelta(days=10)).isoformat()
    assert [one["from"] for one in deadline["readings"]] == ["notice", "site"]


def test_the_person_may_press_everything_themselves(dry_run: DryRun) -> None:
    """At the level guide the same walk ends the same, each effect sent once by the person's hands."""
    run = dry_run("certify", "unchanged", assist="guide")
    assert run.record["exit_code"] == 0, run.record["advice"]
    assert run.sent == run.seen == CERTIFIED


def test_the_clock_is_not_started_without_a_word(dry_run: DryRun, variant: Variant) -> None:
    """Where nobody says that the clock may start, the notice is not opened, and the deadline is told."""
    run = dry_run("certify", variant("certify-unchanged", operator={"start-clock": "nobody"}))
    assert run.record["exit_code"] == 4
    assert run.sent == run.seen == NOTHING
    assert run.record["deadline"]


def test_a_number_is_nobodys_name(dry_run: DryRun, variant: Variant) -> None:
    """The digit of a choice typed where a name is wanted is asked about again, and confirms nothing."""
    answers = {"certifier": [{"text": "1"}, {"text": "Lin Wei"}]}
    run = dry_run("certify", variant("certify-unchanged", operator=answers))
    assert run.record["exit_code"] == 0, run.record["advice"]
    first, second = run.told("prompt", prompt="certifier")
    assert "“1” is no name" in second["text"]
    assert "no name" not in first["text"]
    assert {event["by"] for event in run.told("confirmed")} == {"Lin Wei"}


def test_a_clock_that_runs_already_is_not_started_again(dry_run: DryRun, variant: Variant) -> None:
    """A notice that was opened before is opened without another question, and certified."""
    started = {"certification": {"due_in_days": 8, "clock_opened_days_ago": 3}}
    run = dry_run("certify", variant("certify-unchanged", start=started))
    assert run.record["exit_code"] == 0, run.record["advice"]
    assert run.sent == run.seen == Counter({("certification", "submit"): 1})
    assert not run.told("prompt", prompt="start-clock")


def test_signed_out_on_the_way_to_the_notice_starts_no_clock_unseen(
    dry_run: DryRun, variant: Variant
) -> None:
    """Whoever is signed out while the notice opens comes back by the safe page, and is asked again."""
    out = [{"at": "page:certification", "do": "sign-out"}]
    run = dry_run("certify", variant("certify-unchanged", faults=out))
    assert run.record["exit_code"] == 0, run.record["advice"]
    assert run.sent == run.seen
    assert len(run.told("prompt", prompt="start-clock")) == len(
        run.told("effect-released", effect="start-clock")
    )


def test_a_dropped_certificate_is_looked_up_not_repeated(dry_run: DryRun, variant: Variant) -> None:
    """Where nothing left, the page still asks, and the person is asked what happened; nothing goes twice."""
    dropped = [{"at": "certify", "do": "drop-before"}]
    run = dry_run("certify", variant("certify-unchanged", faults=dropped))
    assert run.record["exit_code"] == 6, run.record["advice"]
    assert run.sent == run.seen == CERTIFIED


def test_a_profile_without_the_value_is_never_certified(dry_run: DryRun, variant: Variant) -> None:
    """A tax id that differs from the profile's stops everything before the clock, and is not shown."""
    run = dry_run("certify", variant("certify-unchanged", profile={"tax_id": "91440300MA5ZZZZZ9Q"}))
    assert run.record["exit_code"] == 4
    assert run.sent == run.seen == NOTHING
    assert "ZZZZZ9Q" not in str(run.record)


@pytest.mark.parametrize("lag_hours", [0, 30])
def test_the_next_run_names_the_last_bundle_and_sends_nothing(
    lag_hours: int, handrail: Callable[..., Ran], mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """Once certified here, a site that asks no more, or not yet no more, is answered with the proof."""
    played = scenario.load("certify-unchanged")
    rules = played.certification.model_copy(update={"status_refreshes_after": lag_hours * 3600})
    mock = mock_site(played.model_copy(update={"certification": rules}))
    package = files("handrail_fixtures")
    for name, inside in (("seller.toml", "profiles/harbor-lane.toml"), ("answers.toml", "answers/mock.toml")):
        (tmp_path / name).write_text((package / inside).read_text("utf-8"), "utf-8")
    on = ["--site", "mock", "--url", mock.url, "--profile", "seller.toml", "--answers", "answers.toml",
          "--state", "state", "--headless", "--json"]  # fmt: skip
    first = handrail("run", "certify", *on)
    again = handrail("run", "certify", *on)
    assert (first.code, again.code) == (0, 0), again.stderr
    assert Played(first.record).sent == mock.effects == CERTIFIED
    assert again.record["effects"] == []
    assert Path(first.record["bundle"]).name in " ".join(again.record["advice"])
