"""What the terminal says of how a run ended, for the person who walked it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handrail.core import i18n
from handrail.core.outcome import Outcome
from handrail.engine.context.deadline import Deadline, Reading
from handrail.engine.context.results import RunResult, VerificationReport, WouldSend
from handrail.evidence.format.events import Json
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail_cli import run_output

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
DUE = Deadline((Reading(TOMORROW, "site"),))
CERTIFIED = RunResult(
    flow="certify",
    site="mock",
    dry_run=True,
    rehearsal=False,
    outcome=Outcome.DONE,
    deadline=DUE,
    channels=(VerificationReport("certification", "US", "verified", Outcome.DONE),),
    effects=(("certification", "open-notice", "start-clock", 1), ("certification", "certify", "submit", 1)),
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Say every sentence in English, whatever ran before."""
    i18n.choose("en")
    yield


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The evidence of a run in which Lin Wei certified before the deadline."""
    facts: dict[str, Json] = {"flow": "certify", "site": "mock", "site_kind": "mock", "dry_run": True}
    signer = Signer(Ed25519PrivateKey.generate(), demo=True)
    recorder = Recorder.begin(tmp_path, facts=facts, clean=str, signer=signer)
    press: dict[str, Json] = {"step": "certify", "effect": "submit", "channel": "certification"}
    recorder.event("deadline", **DUE.as_json())  # type: ignore[arg-type]  # plain JSON
    recorder.event("confirmed", item="tax-id", value="••••", by="Lin Wei", choice="yes")
    recorder.event("effect-intended", **press)
    recorder.event("effect-released", **press)
    recorder.event("effect-observed", **press, outcome="accepted")
    return recorder.finish({"outcome": "done", "exit_code": 0})


def said(ended: RunResult, capsys: pytest.CaptureFixture[str]) -> str:
    """What is printed of a result."""
    run_output.print_result(ended, json=False)
    return capsys.readouterr().out


def test_a_certification_is_told_as_one(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That it was certified, by whom and when, and that the deadline is met."""
    told = said(replace(CERTIFIED, bundle=bundle), capsys)
    assert told.startswith("✓ Certified.")
    assert "Lin Wei certified the account's information on 20" in told
    assert f"Deadline met: {TOMORROW:%Y-%m-%d %H:%M} +0000 (as the site's page says)" in told
    assert "Asked for nothing" not in told


def test_a_site_that_asks_for_nothing_is_told_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was certified in this run, and no deadline is left."""
    told = said(replace(CERTIFIED, effects=()), capsys)
    assert told.startswith("✓ Done.")
    assert "Asked for nothing" in told
    assert "Deadline" not in told


def test_a_rehearsal_leaves_the_deadline_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """It certified nothing, so the date still holds."""
    would = WouldSend("certification", "US", "certify", "submit", (), "Certify")
    told = said(replace(CERTIFIED, rehearsal=True, effects=(), would_send=(would,)), capsys)
    assert f"Deadline: {TOMORROW:%Y-%m-%d %H:%M} +0000" in told


def test_when_to_come_back_is_a_time_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Local with its offset, in the form that every time has; JSON keeps RFC 3339."""
    until = TOMORROW.astimezone().isoformat(timespec="seconds")
    waits = replace(CERTIFIED, outcome=Outcome.WAITING, effects=(), until=until, until_from="site")
    told = said(waits, capsys)
    assert f"Come back at {TOMORROW.astimezone():%Y-%m-%d %H:%M %z} (the site says so)." in told
    assert until not in told
    assert waits.as_json()["until"] == until
