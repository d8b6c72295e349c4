"""Amazon's certification as its site file has it: pages nobody published, values compared by eye."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from handrail.core.outcome import Outcome
from handrail.engine.context.results import RunResult
from handrail.sites import load_site
from handrail_fixtures.small import SmallSite

Walk = Callable[..., RunResult]

INFO, OVERVIEW, NOTICE = "/hz/info", "/hz/overview", "/hz/notice"
MENU = f'<a href="{INFO}">Account Info</a> <a href="{OVERVIEW}">Review your account information</a>'
PAGE = "<!doctype html><meta charset=utf-8><title>Central</title><h1>{title}</h1>{body}"
CONTINUE = f"""<button onclick="location.assign('{NOTICE}')">Continue</button>"""
STATEMENT = """<label><input type=checkbox>I certify that all of this is true.</label>
<button onclick="fetch('/hz/certify', {method: 'POST'}).then(() => {
  document.querySelector('#said').innerHTML = '<div role=alert>Thank you. We have what we need.</div>'; })"
>Certify</button><div id=said></div>"""
MENU_LINK = {"role": "link", "name": {"en": "Account Info"}}
OVERVIEW_LINK = {"role": "link", "name": {"en": "Review your account information"}}
ANSWERS: dict[str, Any] = {
    "confirm-account": "yes",
    "go-to": [{"do": [{"press": MENU_LINK}]}, {"do": [{"press": OVERVIEW_LINK}]}],
    "by-eye": "same",
    "certifier": {"text": "Lin Wei"},
    "confirm-true": "yes",
    "start-clock": "yes",
    "press": {"do": [{"press": "target"}]},
    "tick": {"do": [{"press": "target"}]},
    "certify": {"do": [{"press": "target"}]},
    "asks-for-it": "no",
}


@pytest.fixture
def amazon(small_site: SmallSite) -> SmallSite:
    """Serve pages that look as the packaged site file guesses, at addresses it does not know."""
    asking = [True]

    def health() -> str:
        return PAGE.format(title="Account Health", body=MENU if asking[0] else MENU[: MENU.index("</a>") + 4])

    def certified(_body: str) -> str:
        asking[0] = False
        return ""

    small_site.pages["/performance/dashboard"] = health
    small_site.show(INFO, PAGE.format(title="Seller Account Information", body=MENU))
    small_site.show(OVERVIEW, PAGE.format(title="Review your account information", body=CONTINUE))
    small_site.show(NOTICE, PAGE.format(title="Notice and Certification", body=STATEMENT))
    small_site.effects["/hz/certify"] = certified
    return small_site


@pytest.fixture
def site_file() -> str:
    """Return the packaged file, moved to this machine and otherwise as it is."""
    text = (files("handrail.sites") / "data" / "amazon-us.toml").read_text("utf-8")
    for old, new in (
        ('id = "amazon-us"', 'id = "like-amazon"\nkind = "test"'),
        ('base = "https://sellercentral.amazon.com"', 'base = "http://127.0.0.1:1"'),
        ('hosts = ["sellercentral.amazon.com", "www.amazon.com"]', 'hosts = ["127.0.0.1"]'),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def told(run: RunResult, kind: str) -> list[dict[str, Any]]:
    """Every event of this kind in the run's log."""
    assert run.bundle
    lines = (run.bundle / "events.jsonl").read_text("utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["kind"] == kind]


def test_the_whole_certification_is_walked_with_the_person_leading(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """The person goes, looks, agrees, ticks and presses; the notice is opened once, and certified once."""
    run = walk_small("certify", site_file, ANSWERS)
    assert run.outcome is Outcome.DONE, run.advice
    assert (amazon.opened.count(NOTICE), amazon.posted) == (1, ["/hz/certify"])
    compared = told(run, "compared")
    assert [one["item"] for one in compared] == [
        "legal-name", "business-address", "phone", "email", "bank-ending", "tax-id",
    ]  # fmt: skip
    assert {one["how"] for one in compared} == {"by-eye"}
    assert run.bundle
    assert "compared by a person" in (run.bundle / "report.html").read_text("utf-8")
    assert run.deadline is not None
    assert run.deadline.readings[0].source == "clock"
    order = [(event["prompt"]) for event in told(run, "prompt")]
    assert order.index("by-eye") < order.index("confirm-true") < order.index("start-clock")
    overview = [event["text"] for event in told(run, "prompt") if event["prompt"] == "go-to"][-1]
    assert "press nothing on it" in overview


def test_a_value_the_person_sees_to_differ_is_not_certified(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """One look says "another value": the flow to run first is named, and the overview is not even visited."""
    run = walk_small("certify", site_file, {**ANSWERS, "by-eye": ["same", "different", "same"]})
    assert run.outcome is Outcome.NEEDS_PERSON
    assert any("handrail run address" in sentence for sentence in run.advice)
    assert OVERVIEW not in amazon.opened
    assert amazon.posted == []


@pytest.mark.parametrize("unanswered", ["go-to", "by-eye"])
def test_where_nobody_goes_or_looks_nothing_is_opened(
    unanswered: str, amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """Without a person the run stops with a sentence; no page is guessed at."""
    run = walk_small("certify", site_file, {**ANSWERS, unanswered: "nobody"})
    assert run.outcome is Outcome.NEEDS_PERSON
    assert set(amazon.opened) <= {"/performance/dashboard", INFO}


def test_a_clock_started_from_here_is_remembered_where_no_page_shows_it(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """The first run stops at the box and names the deadline; the second asks no more whether to start it."""
    first = walk_small("certify", site_file, {**ANSWERS, "tick": "stop"})
    assert first.outcome is Outcome.NEEDS_PERSON
    assert first.deadline is not None
    assert not any("nothing was sent" in sentence for sentence in first.advice)
    second = walk_small("certify", site_file, {**ANSWERS, "start-clock": "nobody"})
    assert second.outcome is Outcome.DONE, second.advice
    assert second.deadline is not None
    assert abs(second.deadline.at - first.deadline.at).total_seconds() < 60
    assert amazon.posted == ["/hz/certify"]
    assert [one[1] for one in second.effects] == ["certify"]


def test_a_rehearsal_stays_away_from_the_page_before_a_hidden_clock(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """Everything is compared; where the notice stands nobody knows, so not even the overview is opened."""
    run = walk_small("certify", site_file, ANSWERS, rehearse=True)
    assert run.outcome is Outcome.DONE, run.advice
    assert [one.step for one in run.would_send] == ["open-notice"]
    assert {OVERVIEW, NOTICE}.isdisjoint(amazon.opened)
    assert amazon.posted == []


def test_an_overview_of_another_name_is_not_left_for_the_notice(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """Its heading was a guess: the person is told to press nothing on it, and to say what it is."""
    amazon.show(OVERVIEW, PAGE.format(title="Check your details", body=CONTINUE))
    run = walk_small("certify", site_file, {**ANSWERS, "unknown-page": "stop"})
    assert run.outcome is Outcome.NEEDS_PERSON
    (asked,) = [one for one in told(run, "prompt") if one["prompt"] == "unknown-page"]
    assert "Press nothing on it" in asked["text"]
    assert NOTICE not in amazon.opened


def test_a_person_who_went_on_to_the_notice_is_told_the_deadline(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """The browser stands on the notice where the overview was meant: the clock runs, and that is said."""
    links = MENU + f'<a href="{NOTICE}">Straight on</a>'
    amazon.show(INFO, PAGE.format(title="Seller Account Information", body=links))
    strayed = {"do": [{"press": {"role": "link", "name": {"en": "Straight on"}}}]}
    run = walk_small("certify", site_file, {**ANSWERS, "go-to": [ANSWERS["go-to"][0], strayed]})
    assert run.outcome is Outcome.NEEDS_PERSON
    assert run.deadline is not None
    assert any("starts a legal deadline" in sentence for sentence in run.advice)
    assert amazon.posted == []


def test_words_that_stood_there_before_are_no_answer(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """The notice thanks in a heading of its own; the person says "done" and has pressed nothing."""
    thanks = "<h2>Thank you for keeping your account safe</h2>"
    amazon.show(NOTICE, PAGE.format(title="Notice and Certification", body=thanks + STATEMENT))
    run = walk_small("certify", site_file, {**ANSWERS, "certify": "done", "asks-for-it": "yes"})
    assert run.outcome is Outcome.UNKNOWN, run.advice
    assert amazon.posted == []


def test_a_clock_the_person_stopped_elsewhere_is_not_taken_for_running(
    amazon: SmallSite, site_file: str, walk_small: Walk
) -> None:
    """Certified in one's own browser, and asked anew later: that is another clock, and needs another word."""
    walk_small("certify", site_file, {**ANSWERS, "tick": "stop"})
    amazon.effects["/hz/certify"]("")
    assert walk_small("certify", site_file, ANSWERS).outcome is Outcome.DONE
    amazon.show("/performance/dashboard", PAGE.format(title="Account Health", body=MENU))
    opened = amazon.opened.count(NOTICE)
    walk_small("certify", site_file, {**ANSWERS, "start-clock": "nobody"}, assist="fill")
    assert amazon.opened.count(NOTICE) == opened


def test_only_the_page_before_a_hidden_clock_is_left_out() -> None:
    """By the packaged file, the overview is; a site whose notice has an address needs no such thing."""
    site = load_site("amazon-us")
    assert [name for name in site.pages if site.leads_to_a_hidden_clock(name)] == ["overview"]
    mock = load_site("mock")
    assert not any(mock.leads_to_a_hidden_clock(name) for name in mock.pages)
