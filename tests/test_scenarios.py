"""Every scenario ends as its seller would expect, and the site saw just what the ledger says it sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from handrail_fixtures import scenario
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


@pytest.fixture
def dry_run(handrail: Handrail, tmp_path: Path) -> Callable[[str | Path], dict[str, Any]]:
    """Play a scenario through the command line and return its one JSON object."""

    def played(name: str | Path) -> dict[str, Any]:
        ran = handrail(
            "dry-run", "contact", "--scenario", name, "--json", "--out", tmp_path / "evidence",
            "--state", tmp_path / "state",
        )  # fmt: skip
        assert ran.stdout, ran.stderr
        assert ran.record["exit_code"] == ran.code, ran.stderr
        assert ran.record["dry_run"] is True
        return ran.record

    return played


def sent(record: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count what the ledger says left, by channel and effect."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in record["effects"]:
        counted[one["channel"], one["effect"]] += one["count"]
    return counted


def seen(record: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count what the site itself received."""
    return Counter({(one["channel"], one["effect"]): one["count"] for one in record["site_saw"]})


def steps_sent(record: dict[str, Any], channel: str) -> dict[str, int]:
    """Count what left for one channel, by step."""
    return {one["step"]: one["count"] for one in record["effects"] if one["channel"] == channel}


Played = Callable[[str | Path], dict[str, Any]]


def test_every_scenario_of_the_package_is_in_the_table() -> None:
    """A scenario nobody expects anything of is no scenario."""
    assert set(scenario.names("contact")) == set(EXITS)
    assert {name: scenario.load(name).expect.exit for name in EXITS} == EXITS


ONE_REQUEST = {"save": 1, "request": 1, "enter-code": 1}


def nothing_left(record: dict[str, Any]) -> None:
    """No effect left for either channel."""
    assert record["effects"] == []


def matching_is_not_saved(record: dict[str, Any]) -> None:
    """A value that is there already is not saved again; only its code is asked for."""
    assert steps_sent(record, "phone") == {"request": 1, "enter-code": 1}


def one_request_two_entries(record: dict[str, Any]) -> None:
    """A wrong code is followed by another entry, not by another request."""
    assert steps_sent(record, "phone") == {"save": 1, "request": 1, "enter-code": 2}


def one_request(record: dict[str, Any]) -> None:
    """However long it takes, the phone is sent one code."""
    assert steps_sent(record, "phone")["request"] == 1


def a_second_request_was_agreed_to(record: dict[str, Any]) -> None:
    """Both requests are in the evidence, with the reason for the second and the person's yes."""
    assert steps_sent(record, "phone")["request"] == 2
    told = events(record)
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


def the_policy_retried(record: dict[str, Any]) -> None:
    """A page that was unavailable was asked again by the named policy, and only pages were."""
    opened = [step for step in record["steps"] if step["name"] == "open notifications"]
    assert {step["policy"] for step in opened} == {"page"}
    # The first 503 meets the redirect after signing in, the second the policy's own first attempt.
    assert [step["attempts"] for step in opened] == [1, 2]
    assert all(step["attempts"] == 1 for step in record["steps"] if step["effect"] not in ("read", "fill"))


def the_policy_gave_up(record: dict[str, Any]) -> None:
    """After the policy's last attempt nothing was sent."""
    nothing_left(record)
    assert record["steps"][-1]["attempts"] == 4


def slow_pages_took_their_time(record: dict[str, Any]) -> None:
    """Pages of three seconds are waited for, not asked for again."""
    opened = [step for step in record["steps"] if step["name"].startswith("open")]
    assert max(step["seconds"] for step in opened) >= 3
    assert {step["attempts"] for step in opened} == {1}


def the_other_number_is_verified(record: dict[str, Any]) -> None:
    """The refused number was asked for once, and so was the other one."""
    assert steps_sent(record, "phone") == {"save": 2, "request": 2, "enter-code": 1}
    changes = [one for one in events(record) if one["kind"] == "change" and one["channel"] == "phone"]
    assert len({one["after"] for one in changes}) == 2


def the_store_that_asks_is_named(record: dict[str, Any]) -> None:
    """This store is done; the advice names the other one."""
    assert any("Mexico" in sentence for sentence in record["advice"]) or any(
        "Canada" in sentence for sentence in record["advice"]
    )
    asking = [one for one in record["channels"] if one["state"] == "unverified"]
    assert [one["outcome"] for one in asking] == [None]


def refused_once(record: dict[str, Any]) -> None:
    """The site that will not send a code was asked exactly once, and a time to come back is given."""
    assert steps_sent(record, "phone")["request"] == 1
    assert record["until"] and record["until_from"] == "handrail"
    assert offered(record, "refused") == ["another-number", "wait", "stop"]


def never_arrived(record: dict[str, Any]) -> None:
    """One request; what is left is offered, and waiting is what happens."""
    one_request(record)
    assert offered(record, "code-missing") == ["wait", "new-code", "another-number", "stop"]


def locked_until_the_site_says(record: dict[str, Any]) -> None:
    """Three wrong codes lock it until the time the page gives."""
    assert steps_sent(record, "phone")["enter-code"] == 3
    assert record["until_from"] == "site"


def email_is_kept(record: dict[str, Any]) -> None:
    """What was proven stays proven; only the phone waits."""
    ends = {(one["channel"], one["state"]): one["outcome"] for one in record["channels"] if one["outcome"]}
    assert ends["email", "verified"] == "done"
    assert ends["phone", "unverified"] == "waiting"
    assert any(Path(record["bundle"], "artifacts").glob("*email-verified.png"))


def until_the_site_says(record: dict[str, Any]) -> None:
    """Retry-After becomes the time to come back."""
    assert record["until_from"] == "site"


def no_browser_was_opened(record: dict[str, Any]) -> None:
    """A fixed line is warned of before anything is opened."""
    assert record["steps"] == []
    assert offered(record, "landline") == ["another-number", "go-on", "stop"]


def nothing_was_filled(record: dict[str, Any]) -> None:
    """The wrong account is not touched."""
    nothing_left(record)
    assert not [step for step in record["steps"] if step["effect"] == "fill"]


def candidates_are_named(record: dict[str, Any]) -> None:
    """The closest names on the page are told, and none of them was pressed."""
    assert "%" in record["error"]["message"]
    assert "button" in record["error"]["message"]


def offered(record: dict[str, Any], prompt: str) -> list[str]:
    """What the operator could choose at the first prompt of this kind."""
    asked = [one for one in events(record) if one["kind"] == "prompt" and one["prompt"] == prompt]
    return [choice if isinstance(choice, str) else choice["id"] for choice in asked[0]["choices"]]


def events(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The bundle's log, line by line."""
    log = Path(record["bundle"], "events.jsonl").read_text("utf-8")
    return [json.loads(line) for line in log.splitlines()]


PROMISES: dict[str, Callable[[dict[str, Any]], None]] = {
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
def test_a_scenario_ends_in_its_exit_code_and_the_counts_agree(name: str, dry_run: Played) -> None:
    """The exit code is the promised one, and ledger and site counted the same effects."""
    record = dry_run(name)
    assert record["exit_code"] == EXITS[name], record["error"] or record["advice"]
    assert sent(record) == seen(record)
    assert Path(record["bundle"], "report.html").is_file()
    assert Path(record["bundle"], "SHA256SUMS").is_file()
    if check := PROMISES.get(name):
        check(record)


def test_knobs_of_ones_own_file_combine(dry_run: Played, tmp_path: Path) -> None:
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
    record = dry_run(mine)
    assert record["exit_code"] == 0, record["error"]
    assert steps_sent(record, "phone") == {"save": 1, "request": 1, "enter-code": 2}
    assert sent(record) == seen(record)


@pytest.mark.parametrize("assist", ["guide", "fill"])
def test_the_person_may_press_and_type_everything_themselves(
    assist: str, handrail: Handrail, tmp_path: Path
) -> None:
    """At the lower assist levels the same walk ends the same, each effect sent once by the person's hands."""
    ran = handrail(
        "dry-run", "contact", "--assist", assist, "--json", "--out", tmp_path / "evidence",
        "--state", tmp_path / "state",
    )  # fmt: skip
    assert ran.code == 0, ran.stderr
    assert sent(ran.record) == seen(ran.record)
    for channel in ("email", "phone"):
        assert steps_sent(ran.record, channel) == ONE_REQUEST


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
