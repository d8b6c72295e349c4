"""A wrong site file, a person who stops halfway, an output that fails: nothing goes twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import allauth_fixture
import pytest
from allauth_fixture import AllauthSite
from project_paths import CHILDREN, THIRD_PARTY

from handrail.engine.mock_counts import counts
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

CHILD = CHILDREN / "killed_run.py"


@pytest.fixture
def on_the_mock(
    mock_site: Callable[..., MockSite], handrail: Callable[..., Ran], tmp_path: Path
) -> Callable[..., tuple[Ran, MockSite]]:
    """Run against a mock with a changed site file, changed answers, or more options."""
    sites: dict[str, MockSite] = {}

    def run(
        scenario: str = "",
        *,
        site_changes: dict[str, str] | None = None,
        answers: dict[str, str] | None = None,
        more: tuple[str, ...] = (),
        first: Callable[[str, Path], None] | None = None,
    ) -> tuple[Ran, MockSite]:
        text = (files("handrail.sites") / "data" / "mock.toml").read_text("utf-8")
        for old, new in (site_changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        said = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")
        for old, new in (answers or {}).items():
            assert old in said
            said = said.replace(old, new)
        seller = (files("handrail_fixtures") / "profiles" / "harbor-lane.toml").read_text("utf-8")
        for name, content in (("site.toml", text), ("answers.toml", said), ("seller.toml", seller)):
            (tmp_path / name).write_text(content, encoding="utf-8")
        (tmp_path / "scenario.toml").write_text(scenario or 'title.en = "mine"\n', encoding="utf-8")
        site = sites.setdefault(scenario, mock_site(tmp_path / "scenario.toml"))
        if first is not None:
            first(site.url, tmp_path)
        ran = handrail(
            "run", "contact", "--site", "./site.toml", "--url", site.url, "--profile", "seller.toml",
            "--answers", "answers.toml", "--state", "state", "--out", "evidence", "--headless", "--json",
            *more,
        )  # fmt: skip
        return ran, site

    return run


def sent(record: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count what the ledger says left, by channel and effect."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in record["effects"]:
        counted[one["channel"], one["effect"]] += one["count"]
    return counted


OnTheMock = Callable[..., tuple[Ran, MockSite]]


def test_a_request_that_goes_where_the_site_file_does_not_say_counts_as_sent(on_the_mock: OnTheMock) -> None:
    """A site that moved its addresses is not asked twice: what the page says is believed, and told."""
    moved = {'sends = ["POST /api/contact/request-code"]': 'sends = ["POST /api/v2/request-code"]'}
    ran, site = on_the_mock(site_changes=moved)
    assert ran.code == 0, ran.stdout
    assert sent(ran.record) == counts(site.url)
    assert counts(site.url)["phone", "request-code"] == 1
    assert any("/api/v2/request-code" in sentence for sentence in ran.record["advice"])


def test_a_run_killed_after_a_moved_request_left_is_not_repeated(
    on_the_mock: OnTheMock,
) -> None:
    """What left past the gate stands in the ledger at once: the next run looks before it presses."""
    moved = {'sends = ["POST /api/contact/request-code"]': 'sends = ["POST /api/v2/request-code"]'}
    kill = partial(_killed_at, "released", "request email")
    ran, site = on_the_mock(site_changes=moved, first=kill)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert counts(site.url)["email", "request-code"] == 1
    assert counts(site.url)["phone", "request-code"] == 1


def _killed_at(stage: str, what: str, url: str, folder: Path) -> None:
    """Run on the folder's files until this moment, and be killed there."""
    given = {
        "flow": "contact", "url": url, "site": str(folder / "site.toml"),
        "profile": str(folder / "seller.toml"), "answers": str(folder / "answers.toml"),
        "state": str(folder / "state"), "out": str(folder / "evidence"), "at": [stage, what],
    }  # fmt: skip
    child = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(CHILD), json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr


def test_stopping_where_nobody_can_see_whether_it_was_pressed_leaves_it_open(on_the_mock: OnTheMock) -> None:
    """Where the site file names no requests, “stop” is not taken for “I did not press it”."""
    nameless = {
        'sends = ["POST /api/contact/save"]': "sends = []",
        'sends = ["POST /api/contact/request-code"]': "sends = []",
    }
    stops = {'press = { do = [{ press = "target" }] }': 'press = "stop"'}
    ran, _site = on_the_mock(site_changes=nameless, answers=stops, more=("--assist", "fill"))
    assert ran.code == 6, ran.stdout


def test_saying_that_it_was_not_pressed_closes_it(on_the_mock: OnTheMock) -> None:
    """The person's own word closes it as not done, and the next run may begin anew."""
    nameless = {'sends = ["POST /api/contact/save"]': "sends = []"}
    stops = {'press = { do = [{ press = "target" }] }': 'press = "not-pressed"'}
    ran, _site = on_the_mock(site_changes=nameless, answers=stops, more=("--assist", "fill"))
    assert ran.code == 4, ran.stdout
    again, site = on_the_mock()
    assert again.code == 0, again.stdout
    assert counts(site.url)["phone", "request-code"] == 1


def test_a_code_is_never_typed_into_another_channels_form(on_the_mock: OnTheMock) -> None:
    """The e-mail's form, left open where its code did not arrive, is not taken for the phone's."""
    any_dialog = 'see = { within = "dialog", role = "textbox" }'
    anonymous = {
        f'see = {{ within = "us-{channel}", css = "[part=pending]" }}': any_dialog
        for channel in ("email", "phone")
    }
    for place in ("us-email", "us-phone", "dialog"):
        told = f'destination = {{ at = {{ within = "{place}"'
        anonymous[told] = f"# {told}"
    scenario = (
        'start.contacts.us.phone = { value = "+86 138 0013 8000", verified = false }\n'
        "[codes.email]\nnever = true\n"
    )
    ran, site = on_the_mock(scenario, site_changes=anonymous, answers={"looks = 20": "looks = 2"})
    assert ran.code == 5, ran.stdout
    assert sent(ran.record) == counts(site.url)
    assert counts(site.url)["phone", "request-code"] == 1
    assert {one["channel"]: one["state"] for one in ran.record["channels"] if one["outcome"]} == {
        "email": "unverified",
        "phone": "verified",
    }


def test_a_run_that_cannot_look_still_says_what_is_in_doubt(on_the_mock: OnTheMock) -> None:
    """While an earlier effect is open, trouble on the way is not “safe to run again”."""
    doubtful = (
        '[[faults]]\nat = "request-code"\nchannel = "phone"\ndo = "drop-after"\ntimes = 0\n'
        '[[faults]]\nat = "request-code"\nchannel = "phone"\ndo = "hide-status"\ntimes = 0\n'
    )
    first, _site = on_the_mock(doubtful)
    assert first.code == 6, first.stdout
    away, _other = on_the_mock('[[faults]]\nat = "page:notifications"\ndo = "unavailable"\ntimes = 0\n')
    assert away.code == 6, away.stdout


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_letter_the_output_cannot_take_changes_no_exit_code(encoding: str, tmp_path: Path) -> None:
    """A file or pipe of another encoding gets an escape, and the run its own exit code."""
    for options, code in ((["--json", "--lang", "zh"], 4), (["--lang", "zh"], 4), ([], 4)):
        ran = subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "landline",
             "--out", "evidence[/red]", "--state", "state", *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )  # fmt: skip
        assert ran.returncode == code, ran.stderr
        assert b"Traceback" not in ran.stderr
        assert b"[/red]" in ran.stdout


def test_a_new_code_that_was_agreed_to_is_really_asked_for(
    allauth_site: AllauthSite, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Where saving sends the code, another code means saving anew, not waiting for the old one."""
    (tmp_path / "seller.toml").write_text(
        f'legal_name = "Wei Lin"\ncountry = "CN"\naccount.name = "{allauth_fixture.NAME}"\n'
        'contact = { email = "new@example.com", phone = "+86 139 0013 9000" }\n',
        encoding="utf-8",
    )
    newest = '{ url = "/_outbox?channel={channel}", pattern = "[A-Z]{4}-[A-Z]{4}" }'
    (tmp_path / "answers.toml").write_text(
        f'sign-in.fields = {{ username = "{allauth_fixture.EMAIL}", '
        f'password = "{allauth_fixture.PASSWORD}" }}\n'
        f'approve = "yes"\ncode = ["not-arrived", {newest}]\ncode-missing = "new-code"\n',
        encoding="utf-8",
    )
    ran = handrail(
        "run", "contact", "--site", THIRD_PARTY / "allauth.toml", "--url",
        allauth_site.url, "--profile", "seller.toml", "--answers", "answers.toml", "--state", "state",
        "--out", "evidence", "--headless", "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.stdout
    assert allauth_site.posts()["/accounts/email/"] == 2
    assert len(allauth_site.outbox("email")) == 2
