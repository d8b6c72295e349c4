"""Numbers are settled before the browser opens: what cannot take a text is said, and the person decides."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from handrail.browser.find import find_browser
from handrail.profile.channel import parse_channel
from handrail_fixtures.plugin import Ran

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the watched browser is a shell script")

LANDLINE, OTHER_LANDLINE, THIRD_LANDLINE = "+86 21 6123 4567", "+86 21 6123 4568", "+86 10 6123 4569"
MOBILE = "+86 139 1234 5678"
CANNOT_BE_TOLD = "+1 506 234 5678"


@dataclass(frozen=True)
class Told:
    """How a dry run ended, and whether it ever started a browser."""

    record: dict[str, Any]
    browser_started: bool

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bundle's log."""
        log = Path(self.record["bundle"], "events.jsonl").read_text("utf-8")
        return [json.loads(line) for line in log.splitlines()]

    @property
    def prompts(self) -> list[str]:
        """What was asked, in order, from the log."""
        return [one["prompt"] for one in self.events if one["kind"] == "prompt"]


@pytest.fixture
def dry_run(handrail: Callable[..., Ran], tmp_path: Path) -> Callable[..., Told]:
    """Play a dry run for a phone, with answers laid over the usual ones, and watch the browser."""
    started, wrapper = tmp_path / "started", tmp_path / "chromium-headless-shell"
    real = find_browser(None, headless=True).path
    quoted = shlex.quote(str(started)), shlex.quote(str(real))
    wrapper.write_text(f'#!/bin/sh\n: > {quoted[0]}\nexec {quoted[1]} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o700)

    def played(phone: str, operator: str = "") -> Told:
        scenario = tmp_path / "mine.toml"
        scenario.write_text(
            f'[profile.contact]\nphone = "{phone}"\n[operator]\n{operator}\n', encoding="utf-8"
        )
        ran = handrail(
            "dry-run", "contact", "--scenario", scenario, "--browser", wrapper, "--json",
            "--out", tmp_path / "evidence", "--state", tmp_path / "state",
        )  # fmt: skip
        assert ran.stdout, ran.stderr
        assert ran.record["exit_code"] == ran.code
        return Told(ran.record, started.exists())

    return played


def assert_never_opened(told: Told) -> None:
    """No browser process, no step, nothing sent."""
    assert not told.browser_started
    assert told.record["steps"] == told.record["effects"] == told.record["site_saw"] == []


def assert_verified(told: Told) -> None:
    """Both channels were verified in a browser that did start."""
    assert told.record["exit_code"] == 0, told.record["error"]
    assert told.browser_started
    ends = [(one["channel"], one["state"]) for one in told.record["channels"] if one["outcome"]]
    assert ends == [("email", "verified"), ("phone", "verified")]


def test_a_landline_is_warned_of_before_any_browser_starts(dry_run: Callable[..., Told]) -> None:
    """Where nobody answers, the run ends with what to do, and no browser process was ever started."""
    told = dry_run(LANDLINE)
    assert told.record["exit_code"] == 4
    assert told.prompts == ["landline"]
    assert "mobile" in told.record["error"]["hint"]
    assert_never_opened(told)


def test_the_person_may_stop_at_a_landline(dry_run: Callable[..., Told]) -> None:
    """Stop is an answer like another: nothing is opened."""
    told = dry_run(LANDLINE, 'landline = "stop"')
    assert told.record["exit_code"] == 4
    assert_never_opened(told)


def test_the_person_may_try_a_landline_all_the_same(dry_run: Callable[..., Told]) -> None:
    """They may know better: the number is saved and verified as it is, asked about once."""
    told = dry_run(LANDLINE, 'landline = "go-on"')
    assert_verified(told)
    assert told.prompts.count("landline") == 1
    assert {one["value"] for one in told.events if one.get("channel") == "phone" and "value" in one} == {
        parse_channel("phone", LANDLINE).display
    }


def test_another_number_that_is_a_landline_too_is_asked_about_again(dry_run: Callable[..., Told]) -> None:
    """The number given instead is looked at like the first; a mobile one ends the asking."""
    told = dry_run(
        LANDLINE, f'landline = "another-number"\nanother-number = ["{OTHER_LANDLINE}", "{MOBILE}"]'
    )
    assert_verified(told)
    before_sign_in = told.prompts[: told.prompts.index("sign-in")]
    assert before_sign_in == ["landline", "another-number", "landline", "another-number"]


def test_three_landlines_are_enough(dry_run: Callable[..., Told]) -> None:
    """Somebody who gives only fixed lines is told so, and no browser starts."""
    told = dry_run(
        LANDLINE, f'landline = "another-number"\nanother-number = ["{OTHER_LANDLINE}", "{THIRD_LANDLINE}"]'
    )
    assert told.record["exit_code"] == 4
    assert told.record["error"]["message"] == "None of the numbers given can take a text message."
    assert_never_opened(told)


def test_what_is_no_number_is_asked_for_again_with_the_reason(dry_run: Callable[..., Told]) -> None:
    """A typing mistake costs one more question, which says what was wrong with it."""
    told = dry_run(LANDLINE, f'landline = "another-number"\nanother-number = ["12", "{MOBILE}"]')
    assert_verified(told)
    first, second = [
        one["text"] for one in told.events if one.get("prompt") == "another-number" and "text" in one
    ]
    assert first in second
    assert len(second) > len(first)


def test_a_number_whose_kind_cannot_be_told_is_asked_about(dry_run: Callable[..., Told]) -> None:
    """Yes is enough; the question and the answer are in the evidence."""
    told = dry_run(CANNOT_BE_TOLD, 'takes-texts = "yes"')
    assert_verified(told)
    (answer,) = [one for one in told.events if one["kind"] == "answer" and one["prompt"] == "takes-texts"]
    assert answer["choice"] == "yes"
    (number,) = [one for one in told.events if one["kind"] == "number"]
    assert number["can_text"] == "unknown"


def test_a_number_that_takes_no_texts_by_the_person_s_word_is_treated_as_a_landline(
    dry_run: Callable[..., Told],
) -> None:
    """No is followed by the offer of another number; nobody there to answer that, no browser starts."""
    told = dry_run(CANNOT_BE_TOLD, 'takes-texts = "no"')
    assert told.record["exit_code"] == 4
    assert told.prompts == ["takes-texts", "landline"]
    assert_never_opened(told)


def test_nobody_knowing_whether_a_number_takes_texts_opens_nothing(dry_run: Callable[..., Told]) -> None:
    """It is not tried on the off chance."""
    told = dry_run(CANNOT_BE_TOLD, 'takes-texts = "nobody"')
    assert told.record["exit_code"] == 4
    assert told.prompts == ["takes-texts"]
    assert_never_opened(told)


@pytest.mark.parametrize("first", [LANDLINE, "+86 138 0013 8000"], ids=["before the browser", "on the page"])
def test_a_number_given_on_the_way_is_hidden_like_the_profile_s(
    first: str, dry_run: Callable[..., Told]
) -> None:
    """Instead of a landline or after a refusal: no text of the bundle holds it, every picture hides it."""
    refused = (
        '[[faults]]\nat = "request-code"\nchannel = "phone"\ndo = "refuse"\nvalue = "+86 138 0013 8000"\n'
    )
    told = dry_run(
        first,
        f'landline = "another-number"\nrefused = "another-number"\nanother-number = "{MOBILE}"\n{refused}',
    )
    assert_verified(told)
    given = parse_channel("phone", MOBILE)
    bundle = Path(told.record["bundle"])
    texts = [path for path in bundle.rglob("*") if path.is_file() and path.suffix != ".png"]
    assert texts
    for path in texts:
        text = path.read_text("utf-8")
        assert [form for form in given.written_forms() if form in text] == [], path.name
    assert given.display in (bundle / "events.jsonl").read_text("utf-8")
    pictures = [one for one in told.events if one["kind"] == "capture" and given.display in one["caption"]]
    assert pictures
    assert all("personal" in {mask["hides"] for mask in one["masks"]} for one in pictures)
