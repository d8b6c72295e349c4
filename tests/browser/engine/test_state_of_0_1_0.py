"""A state folder that version 0.1.0 left when it was killed: this version goes on from it."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections import Counter
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest
from project_paths import ROOT

from handrail.engine.job import Job
from handrail.engine.mock_counts import counts
from handrail.evidence.keys.signing_keys import demo_signer
from handrail.evidence.recording.recovery import seal_unfinished
from handrail.evidence.verify.verdict import Trust
from handrail.evidence.verify.verifier import verify
from handrail.operator.scripted import ScriptedOperator
from handrail.sites.load import load_site
from handrail_fixtures.plugin import BrowserThread
from handrail_fixtures.scenario import default_answers, load
from handrail_fixtures.serve import MockSite

LEFT = ROOT / "tests" / "kept" / "state-0.1.0"
"""A contact run against the mock, killed while it waited for the code that had been sent to the e-mail."""
EMAIL = {"store": "us", "channel": "email"}


@pytest.fixture
def left_behind(tmp_path: Path) -> Path:
    """A copy of the state and the half-written evidence, private as they were."""
    folder = tmp_path / "left"
    shutil.copytree(LEFT, folder)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder


def put_into_that_state(site: MockSite) -> None:
    """Have the site save the e-mail and send its code, as it had when the old run was killed."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    seller = {"email": "wei@harborlane.example", "password": "ebb-and-flow-27"}
    browser.open(f"{site.url}/signin", urlencode(seller).encode(), timeout=10).close()
    for path, body in (
        ("save", {**EMAIL, "value": "ops@harborlane.example"}),
        ("request-code", EMAIL),
    ):
        request = urllib.request.Request(  # noqa: S310  # the mock on loopback
            f"{site.url}/api/contact/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        browser.open(request, timeout=10).close()


def test_a_code_that_the_old_version_asked_for_is_entered_and_not_asked_for_again(
    mock_site: Callable[..., MockSite], open_browser: BrowserThread, left_behind: Path
) -> None:
    """The ledger, the salt and the session of 0.1.0 are understood: no second save, no second code."""
    mock = mock_site("ok")
    put_into_that_state(mock)
    assert counts(mock.url) == Counter({("email", "submit"): 1, ("email", "request-code"): 1})
    site = load_site("mock", base=mock.url)
    ended = open_browser.run(
        Job(
            flow="contact",
            site=site,
            profile=load("ok").seller(),
            operator=ScriptedOperator(default_answers(), site),
            out=left_behind / "evidence",
            state=left_behind / "state",
            headless=True,
        )
    )
    assert ended.outcome.exit_code == 0, ended.advice
    sent = counts(mock.url)
    assert sent["email", "request-code"] == 1
    assert sent["email", "submit"] == 2  # the save from before, and the code now
    assert sent["phone", "request-code"] == 1


def test_half_written_evidence_of_the_old_version_is_sealed_as_incomplete(left_behind: Path) -> None:
    """What a killed run of 0.1.0 left is sealed by this version, and verifies as what it is."""
    signer = demo_signer(left_behind / "state")
    (recovered,) = seal_unfinished(left_behind / "evidence", lambda _kind: signer)
    assert recovered.sealed, recovered.message
    assert recovered.where is not None
    verdict = verify(recovered.where, Trust(demo_keys=frozenset({signer.fingerprint})))
    assert (verdict.exit_code, verdict.complete, verdict.nature) == (0, False, "dry run")
