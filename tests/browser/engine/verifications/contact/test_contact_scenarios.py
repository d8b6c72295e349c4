"""Every scenario ends as its seller would expect, and the site saw just what the ledger says it sent."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from handrail_fixtures import scenario
from handrail_fixtures.played import Played
from handrail_fixtures.plugin import Ran

EXITS = {
    "ok": 0,
    "already-verified": 0,
    "matches-but-unverified": 0,
    "wrong-code-once": 0,
    "late-code": 0,
    "code-expired": 0,
    "session-expires": 0,
    "two-step-sign-in": 0,
    "slow": 0,
    "unavailable-twice": 0,
    "zh": 0,
    "dropped-after-request": 0,
    "refused-then-another-number": 0,
    "captcha-solved": 0,
    "unknown-page-passed": 0,
    "two-of-three-locales": 0,
    "code-request-refused": 5,
    "code-never-arrives": 5,
    "locked-out": 5,
    "email-ok-phone-refused": 5,
    "throttled": 5,
    "landline": 4,
    "captcha": 4,
    "unknown-page": 4,
    "label-changed": 4,
    "wrong-account": 4,
    "approval-declined": 4,
    "foreign-redirect": 4,
    "unavailable-always": 3,
    "automation-refused": 1,
    "dropped-unknown": 6,
}
"""What each scenario promises its users; the files' own `expect` is held against this too."""

Handrail = Callable[..., Ran]
DryRun = Callable[..., Played]


def test_every_scenario_of_the_package_is_in_the_table() -> None:
    """A scenario nobody expects anything of is no scenario."""
    assert set(scenario.names("contact")) == set(EXITS)
    assert {name: scenario.load(name).expect.exit for name in EXITS} == EXITS


ONE_REQUEST = {"save": 1, "request": 1, "enter-code": 1}


def nothing_left(run: Played) -> None:
    """No effect left for either channel."""
    assert run.record["effects"] == []


def matching_is_not_saved(run: Played) -> None:
    """A value that is there already is not saved again; only its code is asked for."""
    assert run.steps_sent("phone") == {"request": 1, "enter-code": 1}


def one_request_two_entries(run: Played) -> None:
    """A wrong code is followed by another entry, not by another request."""
    assert run.steps_sent("phone") == {"save": 1, "request": 1, "enter-code": 2}


def one_request(run: Played) -> None:
    """However long it takes, the phone is sent one code."""
    assert run.steps_sent("phone")["request"] == 1


def a_second_request_was_agreed_to(run: Played) -> None:
    """Both requests are in the evidence, with the reason for the second and the person's yes."""
    assert run.steps_sent("phone")["request"] == 2
    told = run.events
    asked = [one for one in told if one["kind"] == "prompt" and one["prompt"] == "another-code"]
    assert "expired" in asked[0]["text"]
    yes = [one for one in told if one["kind"] == "answer" and one["prompt"] == "another-code"]
    assert [one["choice"] for one in yes] == ["yes"]
    second = [
        one["seq"]
        for one in told
        if (one["kind"], one.get("step"), one.get("channel")) == ("effect-released", "request", "phone")
    ][1]
    assert asked[0]["seq"] < yes[0]["seq"] < second


def the_policy_retried(run: Played) -> None:
    """A page that was unavailable was asked again by the named policy, and only pages were."""
    opened = [step for step in run.record["steps"] if step["name"] == "open notifications"]
    assert {step["policy"] for step in opened} == {"page"}
    # The first 503 meets the redirect after signing in, the second the policy's own first attempt.
    assert [step["attempts"] for step in opened] == [1, 2]
    assert all(
        step["attempts"] == 1 for step in run.record["steps"] if step["effect"] not in ("read", "fill")
    )


def the_policy_gave_up(run: Played) -> None:
    """After the policy's last attempt nothing was sent."""
    nothing_left(run)
    assert run.record["steps"][-1]["attempts"] == 4


def slow_pages_took_their_time(run: Played) -> None:
    """Pages of three seconds are waited for, not asked for again."""
    opened = [step for step in run.record["steps"] if step["name"].startswith("open")]
    assert max(step["seconds"] for step in opened) >= 3
    assert {step["attempts"] for step in opened} == {1}


def the_other_number_is_verified(run: Played) -> None:
    """The refused number was asked for once, and so was the other one."""
    assert run.steps_sent("phone") == {"save": 2, "request": 2, "enter-code": 1}
    changes = [one for one in run.events if one["kind"] == "change" and one["channel"] == "phone"]
    assert len({one["after"] for one in changes}) == 2


def the_store_that_asks_is_named(run: Played) -> None:
    """This store is done; the advice names the other one."""
    assert any("Mexico" in sentence for sentence in run.record["advice"]) or any(
        "Canada" in sentence for sentence in run.record["advice"]
    )
    asking = [one for one in run.record["channels"] if one["state"] == "unverified"]
    assert [one["outcome"] for one in asking] == [None]


def refused_once(run: Played) -> None:
    """The site that will not send a code was asked exactly once, and a time to come back is given."""
    assert run.steps_sent("phone")["request"] == 1
    assert run.record["until"] and run.record["until_from"] == "handrail"
    assert run.offered("refused") == ["another-number", "wait", "stop"]


def never_arrived(run: Played) -> None:
    """One request; what is left is offered, and waiting is what happens."""
    one_request(run)
    assert run.offered("code-missing") == ["wait", "new-code", "another-number", "stop"]


def locked_until_the_site_says(run: Played) -> None:
    """Three wrong codes lock it until the time the page gives."""
    assert run.steps_sent("phone")["enter-code"] == 3
    assert run.record["until_from"] == "site"


def email_is_kept(run: Played) -> None:
    """What was proven stays proven; only the phone waits."""
    ends = {
        (one["channel"], one["state"]): one["outcome"] for one in run.record["channels"] if one["outcome"]
    }
    assert ends["email", "verified"] == "done"
    assert ends["phone", "unverified"] == "waiting"
    assert any(Path(run.record["bundle"], "artifacts").glob("*email-verified.png"))


def until_the_site_says(run: Played) -> None:
    """Retry-After becomes the time to come back."""
    assert run.record["until_from"] == "site"


def no_browser_was_opened(run: Played) -> None:
    """A fixed line is warned of before anything is opened."""
    assert run.record["steps"] == []
    assert run.offered("landline") == ["another-number", "go-on", "stop"]


def nothing_was_filled(run: Played) -> None:
    """The wrong account is not touched."""
    nothing_left(run)
    assert not [step for step in run.record["steps"] if step["effect"] == "fill"]


def candidates_are_named(run: Played) -> None:
    """The closest names on the page are told, and none of them was pressed."""
    assert "%" in run.record["error"]["message"]
    assert "button" in run.record["error"]["message"]


PROMISES: dict[str, Callable[[Played], None]] = {
    "already-verified": nothing_left,
    "matches-but-unverified": matching_is_not_saved,
    "wrong-code-once": one_request_two_entries,
    "late-code": one_request,
    "code-expired": a_second_request_was_agreed_to,
    "session-expires": one_request,
    "slow": slow_pages_took_their_time,
    "unavailable-twice": the_policy_retried,
    "unavailable-always": the_policy_gave_up,
    "dropped-after-request": one_request,
    "dropped-unknown": one_request,
    "refused-then-another-number": the_other_number_is_verified,
    "two-of-three-locales": the_store_that_asks_is_named,
    "code-request-refused": refused_once,
    "code-never-arrives": never_arrived,
    "locked-out": locked_until_the_site_says,
    "email-ok-phone-refused": email_is_kept,
    "throttled": until_the_site_says,
    "landline": no_browser_was_opened,
    "captcha": nothing_left,
    "unknown-page": nothing_left,
    "label-changed": candidates_are_named,
    "wrong-account": nothing_was_filled,
    "approval-declined": nothing_left,
    "foreign-redirect": nothing_was_filled,
    "automation-refused": nothing_left,
}
"""What a scenario promises beside its exit code."""


@pytest.mark.parametrize("name", EXITS)
def test_a_scenario_ends_in_its_exit_code_and_the_counts_agree(name: str, dry_run: DryRun) -> None:
    """The exit code is the promised one, and ledger and site counted the same effects."""
    run = dry_run("contact", name)
    assert run.record["exit_code"] == EXITS[name], run.record["error"] or run.record["advice"]
    assert run.sent == run.seen
    assert Path(run.record["bundle"], "report.html").is_file()
    assert Path(run.record["bundle"], "SHA256SUMS").is_file()
    if check := PROMISES.get(name):
        check(run)


def test_knobs_of_ones_own_file_combine(dry_run: DryRun, tmp_path: Path) -> None:
    """Chinese pages, a wrong code and a sign-out after the request end as each of them alone does."""
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'language = "zh"\n'
        '[[faults]]\nat = "request-code"\nchannel = "phone"\ndo = "sign-out"\n'
        "[[operator.code]]\nurl = \"/_mock/outbox?channel={channel}\"\npattern = '\\b(\\d{6})\\b'\n"
        '[[operator.code]]\ntext = "000000"\n'
        "[[operator.code]]\nurl = \"/_mock/outbox?channel={channel}\"\npattern = '\\b(\\d{6})\\b'\n",
        encoding="utf-8",
    )
    run = dry_run("contact", mine)
    assert run.record["exit_code"] == 0, run.record["error"]
    assert run.steps_sent("phone") == {"save": 1, "request": 1, "enter-code": 2}
    assert run.sent == run.seen


def test_the_person_may_press_and_type_everything_themselves(dry_run: DryRun) -> None:
    """At the level guide the same walk ends the same, each effect sent once by the person's hands."""
    run = dry_run("contact", "ok", assist="guide")
    assert run.record["exit_code"] == 0, run.record["advice"]
    assert run.sent == run.seen
    for channel in ("email", "phone"):
        assert run.steps_sent(channel) == ONE_REQUEST


def test_a_site_that_refused_automation_stays_locked_until_unlocked(
    mock_site: Callable[..., Any], handrail: Handrail, tmp_path: Path
) -> None:
    """The next run is refused without opening anything; `site unlock` lets it in again."""
    package = files("handrail_fixtures")
    for name, inside in (("seller.toml", "profiles/harbor-lane.toml"), ("answers.toml", "answers/mock.toml")):
        (tmp_path / name).write_text((package / inside).read_text("utf-8"), encoding="utf-8")
    on = ["--site", "mock", "--url", mock_site("automation-refused").url, "--profile", "seller.toml",
          "--answers", "answers.toml", "--state", "state", "--headless", "--json"]  # fmt: skip
    assert handrail("run", "contact", *on).code == 1
    again = handrail("run", "contact", *on)
    assert again.code == 2
    assert "handrail site unlock mock" in again.record["error"]["hint"]
    assert handrail("site", "unlock", "mock", "--state", "state").code == 0
    assert handrail("run", "contact", *on).code == 1
