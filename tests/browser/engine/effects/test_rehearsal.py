"""A rehearsal: read, compared and filled like a real run, with nothing pressed and nothing sent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from allauth_fixture import EMAIL, NAME, PASSWORD, AllauthSite
from project_paths import THIRD_PARTY

from handrail.engine.context.ledger import Key, Ledger
from handrail.engine.context.results import RunResult
from handrail.evidence.format.events import Event, read_events
from handrail_fixtures.played import pictures, up_to_the_fence
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

Walk = Callable[..., RunResult]
NEW_EMAIL = "new@example.com"
ALLAUTH = THIRD_PARTY / "allauth.toml"
HALF_DONE = """
title = { en = "Half done" }
about = { en = "The e-mail address is verified; the phone number is right, and not verified." }
expect.exit = 0
start.contacts.us.email = { value = "ops@harborlane.example", verified = true }
start.contacts.us.phone = { value = "+86 138 0013 8000", verified = false }
"""


def events(bundle: Path | None, kind: str) -> list[Event]:
    """Return the run's events of a kind."""
    assert bundle is not None
    return [one for one in read_events(bundle / "events.jsonl") if one.kind == kind]


def effects_on_disk(state: Path) -> list[Any]:
    """Return every line of the ledger's file, whoever wrote it."""
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        return ledger.execute("SELECT * FROM effects ORDER BY id").fetchall()


@pytest.mark.parametrize(
    ("flow", "scenario", "presses"),
    [
        ("contact", "half-done.toml", ["phone request request-code"]),
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
    assert [one.facts["button"] for one in events(ended.bundle, "would-send")] == [
        one.button for one in ended.would_send
    ]
    assert all(one.sends and one.button for one in ended.would_send)
    assert effects_on_disk(tmp_path / "state") == []
    real = walk(scenario, flow=flow)
    assert real.effects
    assert ended.bundle is not None
    assert real.bundle is not None
    before = up_to_the_fence(pictures(ended.bundle))
    assert before
    assert before == pictures(real.bundle)[: len(before)]


@pytest.mark.parametrize("scenario", ["two-step-sign-in", "captcha-solved"])
def test_the_person_can_sign_in_and_solve_behind_the_fence(scenario: str, walk: Walk) -> None:
    """What stands in between may send what its own table names, while it is dealt with."""
    ended = walk(scenario, rehearse=True)
    assert ended.outcome == "done"
    assert ended.site_saw == ()
    assert len(ended.would_send) == 2


def test_what_an_earlier_run_left_open_is_told_and_left_alone(walk: Walk, tmp_path: Path) -> None:
    """A rehearsal after a killed run closes none of its entries, asks about none, and writes none."""
    ledger = Ledger(tmp_path / "state")
    for channel, step in (("email", "save"), ("phone", "request")):
        key = Key("mock", "Harbor Lane Trading", "contact", channel)
        entry = ledger.intend(key, step=step, effect="submit", commitment="c", run="killed")
        if step == "request":
            ledger.release(entry)
    ledger.close()
    before = effects_on_disk(tmp_path / "state")
    ended = walk("already-verified", rehearse=True)
    assert effects_on_disk(tmp_path / "state") == before
    assert (ended.outcome, ended.would_send) == ("done", ())
    assert len([one for one in ended.advice if "left something open" in one]) == 2
    assert "reconcile" not in {one.facts["prompt"] for one in events(ended.bundle, "prompt")}


def test_no_effect_can_be_written_for_a_rehearsal(tmp_path: Path) -> None:
    """Whatever a flow forgets, its ledger takes no effect and closes none."""
    ledger = Ledger(tmp_path, rehearsal=True)
    with pytest.raises(RuntimeError):
        ledger.intend(Key("s", "a", "f", "c"), step="save", effect="submit", commitment="c", run="r")
    ledger.close()
    assert effects_on_disk(tmp_path) == []


def test_a_rehearsal_says_so_wherever_it_shows(
    handrail: Callable[..., Ran], mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """The terminal, the bundle's first event and its manifest call it a rehearsal, and name each button."""
    (tmp_path / "seller.toml").write_text(handrail("profile", "example").stdout, encoding="utf-8")
    ran = handrail(
        "run", "contact", "--rehearse", "--site", "mock", "--url", mock_site("ok").url, "--headless",
        "--profile", "seller.toml", "--answers", _mock_answers(tmp_path), "--state", "state", "--out", "out",
    )  # fmt: skip
    assert ran.code == 0, ran.stderr
    assert "REHEARSAL" in ran.stdout
    assert "nothing was sent" in ran.stdout
    assert ran.stdout.count("would press “Save”") == 2
    [bundle] = (tmp_path / "out").iterdir()
    assert events(bundle, "genesis")[0].facts["rehearsal"] is True
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rehearsal"] is True
    report = (bundle / "report.html").read_text(encoding="utf-8")
    assert "REHEARSAL" in report
    assert "not pressed: “Save”" in report
    assert "is verified, or was so already" not in report
    assert [one["sends"] for one in manifest["result"]["would_send"]] == [["POST /api/contact/save"]] * 2


def _mock_answers(folder: Path) -> Path:
    path = folder / "answers.toml"
    path.write_bytes((files("handrail_fixtures") / "answers" / "mock.toml").read_bytes())
    return path


def test_a_rehearsal_leaves_a_site_that_nobody_here_wrote_as_it_was(
    allauth_site: AllauthSite, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Behind the fence django-allauth gets the sign-in and nothing else; a real run sees the same pages."""
    (tmp_path / "seller.toml").write_text(
        f'legal_name = "Wei Lin Trading"\ncountry = "CN"\naccount.name = "{NAME}"\n'
        f'contact = {{ email = "{NEW_EMAIL}", phone = "+86 139 0013 9000" }}\n',
        encoding="utf-8",
    )
    signing_in = ", ".join(
        f'{{ fields = {{ username = "{name}", password = "{PASSWORD}" }} }}' for name in (EMAIL, NEW_EMAIL)
    )
    (tmp_path / "answers.toml").write_text(
        f'sign-in = [{signing_in}]\napprove = "yes"\ntakes-texts = "yes"\n'
        'code = { url = "/_outbox?channel={channel}", pattern = "[A-Z]{4}-[A-Z]{4}" }\n',
        encoding="utf-8",
    )
    run = (
        "run", "contact", "--site", ALLAUTH, "--url", allauth_site.url, "--headless", "--json",
        "--profile", "seller.toml", "--answers", "answers.toml", "--state", "state", "--out", "evidence",
    )  # fmt: skip
    stored = allauth_site.rows()
    ran = handrail(*run, "--rehearse")
    assert ran.code == 0, ran.stderr
    assert allauth_site.rows() == stored
    assert allauth_site.outbox() == []
    assert set(allauth_site.posts()) == {"/accounts/login/"}
    would = [(one["channel"], one["sends"]) for one in ran.record["would_send"]]
    assert would == [("email", ["POST /accounts/email/"]), ("phone", ["POST /accounts/phone/change/"])]
    assert ran.record["effects"] == []
    taken = pictures(Path(ran.record["bundle"]))
    assert [one.name for one in taken] == [
        "email-found", "email-would-send", "phone-found", "phone-would-send",
    ]  # fmt: skip
    real = handrail(*run)
    assert real.code == 0, real.stderr
    assert allauth_site.rows() != stored
    before = up_to_the_fence(taken)
    assert before == pictures(Path(real.record["bundle"]))[: len(before)]
