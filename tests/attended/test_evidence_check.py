"""The check of evidence itself: a bundle as it was passes, and each falsified statement is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attending.evidence_check import Deeds, contradictions, shows
from attending.fixtures import seller
from handrail_fixtures.played import Played
from handrail_fixtures.scenario import for_flow
from handrail_fixtures.serve import RECORD

FLOWS = {"contact": "ok", "address": "address-ok", "certify": "certify-unchanged"}


class Kept:
    """A sealed bundle of a scripted run, the mock's record of it, and what its script did."""

    def __init__(self, flow: str, bundle: Path, mock: dict[str, Any]) -> None:
        self.flow, self.bundle, self.mock = flow, bundle, mock
        answers = [event for event in self.events() if event["kind"] == "answer"]
        # The script stands for the person, so that its deeds can be held against the evidence too.
        self.deeds = Deeds(frozenset(event["id"] for event in answers), ("Lin Wei",))

    def events(self) -> list[dict[str, Any]]:
        """Return the log."""
        return [json.loads(line) for line in (self.bundle / "events.jsonl").read_text("utf-8").splitlines()]

    def found(self) -> list[str]:
        """Return what the check finds."""
        return contradictions(self.bundle, self.mock, self.deeds, seller(for_flow(self.flow, "ok").seller()))

    def rewrites(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the events."""
        events = self.events()
        for event in events:
            change(event)
        text = "".join(json.dumps(event) + "\n" for event in events)
        (self.bundle / "events.jsonl").write_text(text, "utf-8")

    def replaces(self, old: str, new: str) -> None:
        """Change the report."""
        page = self.bundle / "report.html"
        assert old in page.read_text("utf-8")
        page.write_text(page.read_text("utf-8").replace(old, new), "utf-8")

    def result(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the result."""
        path = self.bundle / "manifest.json"
        manifest = json.loads(path.read_text("utf-8"))
        change(manifest["result"])
        path.write_text(json.dumps(manifest), "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Play a flow once a worker, and return the folder with its evidence and the mock's record."""
    import subprocess
    import sys

    folders: dict[str, Path] = {}

    def make(flow: str) -> Path:
        if flow not in folders:
            folder = tmp_path_factory.mktemp(flow)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(RECORD, str(folder / "mock.json"))
                ran = subprocess.run(  # noqa: S603  # our own command
                    [sys.executable, "-m", "handrail_cli.main", "dry-run", flow, "--scenario", FLOWS[flow],
                     "--json", "--out", str(folder / "evidence"), "--state", str(folder / "state")],
                    capture_output=True, text=True, check=True,
                )  # fmt: skip
            assert Played(json.loads(ran.stdout)).events
            folders[flow] = folder
        return folders[flow]

    return make


@pytest.fixture
def kept(made: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Kept]:
    """Copy a flow's evidence, to be falsified."""

    def copy(flow: str) -> Kept:
        folder = made(flow)
        (bundle,) = (folder / "evidence").iterdir()
        shutil.copytree(bundle, tmp_path / bundle.name)
        return Kept(flow, tmp_path / bundle.name, json.loads((folder / "mock.json").read_text("utf-8")))

    return copy


@pytest.mark.parametrize("flow", FLOWS)
def test_what_was_so_is_found_to_be_so(flow: str, kept: Callable[[str], Kept]) -> None:
    """Nothing is found in evidence as it was written."""
    assert kept(flow).found() == []


@pytest.mark.parametrize(
    ("flow", "outcome", "at"),
    [("contact", "accepted", "verify"), ("contact", "saved", "save"),
     ("contact", "code-asked", "request-code"), ("address", "saved", "address-save"),
     ("certify", "accepted", "certify")],
)  # fmt: skip
def test_an_outcome_the_mock_does_not_have_is_found(
    flow: str, outcome: str, at: str, kept: Callable[[str], Kept]
) -> None:
    """The mock refused, or never received, what the log says was done."""
    for mock in ("refused", "gone"):
        evidence = kept(flow)
        received = evidence.mock["received"]
        (first, *_rest) = [one for one in received if one["at"] == at]
        if mock == "refused":
            first["refused"] = True
        else:
            received.remove(first)
        assert any(outcome in found for found in evidence.found()), evidence.found()
        shutil.rmtree(evidence.bundle)


def test_an_outcome_said_to_be_worse_than_it_was_is_found(kept: Callable[[str], Kept]) -> None:
    """The log says that the code was wrong, and the mock took it; that nothing was sent, and it arrived."""
    for outcome in ("wrong-code", "never-left"):
        evidence = kept("contact")
        evidence.rewrites(
            lambda event, outcome=outcome: (
                event.update(outcome=outcome)  # type: ignore[misc]
                if event["kind"] == "effect-observed" and event["step"] == "enter-code"
                else None
            )
        )
        assert any(outcome in found for found in evidence.found())
        shutil.rmtree(evidence.bundle)


def test_another_count_is_found(kept: Callable[[str], Kept]) -> None:
    """One more arrived than the log, the result and the report say."""
    evidence = kept("contact")
    evidence.mock["effects"][0]["count"] += 1
    assert [found for found in evidence.found() if "by the log" in found]
    assert [found for found in evidence.found() if "by the result" in found]
    assert [found for found in evidence.found() if "the report's numbers of what was sent" in found]
    assert [found for found in evidence.found() if "the report's numbers of what was counted" in found]


def test_another_channel_is_found(kept: Callable[[str], Kept]) -> None:
    """The code that the log says was asked for by e-mail went to the phone."""
    evidence = kept("contact")
    evidence.rewrites(
        lambda event: (
            event.update(channel="phone")
            if event["kind"].startswith("effect-") and event["channel"] == "email"
            else None
        )
    )
    assert evidence.found()


def test_another_destination_is_found(kept: Callable[[str], Kept]) -> None:
    """The code went to another number than the log says."""
    evidence = kept("contact")
    for message in evidence.mock["outbox"]:
        if message["channel"] == "phone":
            message["to"] = "+86 137 0001 2345"
    assert any("went to" in found for found in evidence.found())


def test_a_persons_word_told_as_seen_is_found(kept: Callable[[str], Kept]) -> None:
    """The person said that it happened; the log says that the page showed it."""
    evidence = kept("contact")
    events = evidence.events()
    at = next(n for n, event in enumerate(events) if event["kind"] == "effect-observed")
    events[at]["why"] = "seen on the page afterwards"
    answer = {"kind": "answer", "prompt": "reconcile", "choice": "happened", "by": "script", "id": 90}
    events.insert(at, answer)
    (evidence.bundle / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events), "utf-8")
    assert any("it was a person who said so" in found for found in evidence.found())


@pytest.mark.parametrize("flow", ["contact", "address"])
def test_another_values_state_is_found(flow: str, kept: Callable[[str], Kept]) -> None:
    """Verified is what the mock has, but of the value that was there before."""
    evidence = kept(flow)
    state = evidence.mock["state"]
    if flow == "contact":
        state["contacts"]["us"]["phone"]["value"] = "+86 137 0001 2345"
    else:
        state["addresses"]["business"]["parts"]["city"] = "Alameda"
    assert any("verified; it is another" in found for found in evidence.found())
    assert any("done; it is another" in found for found in evidence.found())


def test_a_state_the_mock_does_not_have_is_found(kept: Callable[[str], Kept]) -> None:
    """The e-mail is not verified; another store's contact is not; the certification is still asked for."""
    evidence = kept("contact")
    evidence.mock["state"]["contacts"]["us"]["email"]["verified"] = False
    evidence.mock["state"]["contacts"]["mx"]["phone"]["verified"] = False
    assert any("email, US" in found for found in evidence.found())
    assert any("contact, Mexico" in found for found in evidence.found())
    assert any("is verified" in found for found in evidence.found())
    shutil.rmtree(evidence.bundle)
    evidence = kept("certify")
    evidence.mock["state"]["certification"]["asked"] = True
    assert any("certification" in found for found in evidence.found())


def test_a_report_that_says_more_than_its_log_is_found(kept: Callable[[str], Kept]) -> None:
    """The page was written over: a state, a sentence, a number."""
    evidence = kept("contact")
    evidence.result(lambda result: result["channels"][0].update(state="unverified"))
    assert any("the report shows" in found for found in evidence.found())
    shutil.rmtree(evidence.bundle)
    evidence = kept("contact")
    evidence.replaces("the site says that a code is on its way", "the site accepted it")
    assert any("the site accepted it" in found for found in evidence.found())
    shutil.rmtree(evidence.bundle)
    evidence = kept("contact")
    evidence.replaces('<td class="number">2</td>', '<td class="number">3</td>')
    assert any("the report's numbers" in found for found in evidence.found())


def test_a_person_who_did_nothing_is_found(kept: Callable[[str], Kept]) -> None:
    """Answered by a person, where nobody typed or pressed anything; stopped by one who said nothing."""
    evidence = kept("contact")
    evidence.rewrites(lambda event: event.update(by="person") if event["kind"] == "answer" else None)
    assert evidence.found() == []
    evidence.deeds = replace(evidence.deeds, answered=frozenset())
    assert any("nobody did anything there" in found for found in evidence.found())
    shutil.rmtree(evidence.bundle)
    evidence = kept("contact")
    evidence.rewrites(
        lambda event: event.update(kind="stop", by="person") if event["kind"] == "number" else None
    )
    assert any("nobody said stop" in found for found in evidence.found())


def test_a_number_for_a_name_is_found(kept: Callable[[str], Kept]) -> None:
    """Who certified is not “1”, nor anybody else than the person said."""
    for name in ("1", "Somebody Else"):
        evidence = kept("certify")
        evidence.replaces("Lin Wei certified", f"{name} certified")
        assert any(f"“{name}” certified" in found for found in evidence.found())
        shutil.rmtree(evidence.bundle)


def test_a_change_the_mock_did_not_save_is_found(kept: Callable[[str], Kept]) -> None:
    """The log says that the value is another one now."""
    evidence = kept("contact")
    evidence.mock["received"] = [
        one for one in evidence.mock["received"] if (one["at"], one["channel"]) != ("save", "email")
    ]
    assert any("changes, by the log" in found for found in evidence.found())


@pytest.mark.parametrize(
    ("display", "value", "may_be"),
    [
        ("o••@harborlane.example", "ops@harborlane.example", True),
        ("o••@harborlane.example", "desk@harborlane.example", False),
        ("+86 138••••8000", "+86 138 0013 8000", True),
        ("+86 138••••8000", "+86 137 0001 2345", False),
    ],
)
def test_a_display_form_is_held_against_a_value(display: str, value: str, may_be: bool) -> None:
    """What is shown of a value must be its own."""
    assert shows(display, value) is may_be
