"""A rehearsal: read, compared and filled like a real run, with nothing pressed and nothing sent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from allauth_fixture import EMAIL, NAME, PASSWORD, AllauthSite

from handrail.evidence.events import Event, read_events
from handrail.walk.result import RunResult
from handrail_fixtures.plugin import Ran

Walk = Callable[..., RunResult]
ALLAUTH = Path(__file__).parent / "third_party" / "allauth.toml"
HALF_DONE = """
title = { en = "Half done" }
about = { en = "The e-mail address is verified; the phone number is an old one." }
expect.exit = 0
start.contacts.us.email = { value = "ops@harborlane.example", verified = true }
"""
POSTS_AS_IT_READS = """
title = { en = "Half done, and a person who presses by hand" }
about = { en = "While the rehearsal waits, somebody tries to save and to ask for a code." }
"""


def events(ended: RunResult, kind: str) -> list[Event]:
    """Return the run's events of a kind."""
    assert ended.bundle is not None
    return [one for one in read_events(ended.bundle / "events.jsonl") if one.kind == kind]


def captures(ended: RunResult) -> list[tuple[str, str]]:
    """Return each capture's file name and caption, in order."""
    return [(str(one.facts["path"]), str(one.facts["caption"])) for one in events(ended, "capture")]


def up_to_the_fence(ended: RunResult) -> list[tuple[str, str]]:
    """Return the captures before the first that a real run would not have."""
    taken = captures(ended)
    first = next(n for n, (path, _caption) in enumerate(taken) if path.endswith("-would-send.png"))
    return taken[:first]


def effects_on_disk(state: Path) -> list[Any]:
    """Return every line of the ledger's file, whoever wrote it."""
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        return ledger.execute("SELECT * FROM effects ORDER BY id").fetchall()


@pytest.mark.parametrize(
    ("flow", "scenario", "presses"),
    [
        ("contact", "half-done.toml", ["phone save submit"]),
        ("contact", "matches-but-unverified", ["email request request-code", "phone request request-code"]),
        ("address", "address-autocomplete-overwrites", ["business save submit"]),
        ("certify", "certify-unchanged", ["certification open-notice start-clock"]),
    ],
)
def test_a_rehearsal_shows_what_a_real_run_shows_and_sends_nothing(
    flow: str, scenario: str, presses: list[str], walk: Walk, tmp_path: Path
) -> None:
    """Up to the fence each capture is a real run's; the site counts no effect; the ledger holds no line."""
    if scenario.endswith(".toml"):
        (tmp_path / scenario).write_text(HALF_DONE, encoding="utf-8")
        scenario = str(tmp_path / scenario)
    ended = walk(scenario, flow=flow, rehearse=True)
    assert (ended.outcome, ended.error) == ("done", None)
    assert ended.site_saw == ended.effects == ()
    assert [f"{one.channel} {one.step} {one.effect}" for one in ended.would_send] == presses
    assert [one.facts["button"] for one in events(ended, "would-send")] == [
        one.button for one in ended.would_send
    ]
    assert all(one.sends and one.button for one in ended.would_send)
    assert effects_on_disk(tmp_path / "state") == []
    real = walk(scenario, flow=flow)
    assert real.effects
    before = up_to_the_fence(ended)
    assert before
    assert before == captures(real)[: len(before)]


@pytest.mark.parametrize("scenario", ["two-step-sign-in", "captcha-solved", "session-expires"])
def test_the_person_can_sign_in_and_solve_behind_the_fence(scenario: str, walk: Walk) -> None:
    """What stands in between may send what its own table names, while it is dealt with."""
    ended = walk(scenario, rehearse=True)
    assert ended.outcome == "done"
    assert ended.site_saw == ()
    assert len(ended.would_send) == 2


def test_a_rehearsal_is_marked_wherever_it_shows(handrail: Callable[..., Ran], mock_site: Any) -> None:
    """The command's record, the bundle's first event and its manifest all say that it was a rehearsal."""
    mock = mock_site("ok")
