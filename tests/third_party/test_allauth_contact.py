"""The unchanged contact flow verifies both channels on a site that nobody here wrote."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth_fixture import EMAIL, NAME, PASSWORD, AllauthSite
from crash_images import STAGES, Seller, imaged
from project_paths import CHILDREN, THIRD_PARTY

from handrail_fixtures.browser_thread import BrowserThread
from handrail_fixtures.plugin import Ran

SITE_FILE = THIRD_PARTY / "allauth.toml"
CHILD = CHILDREN / "killed_run.py"
NEW_EMAIL = "new@example.com"
NEW_PHONE = "+8613900139000"
ASKS = {"email": "/accounts/email/", "phone": "/accounts/phone/change/"}
ENTERS = {"email": "/accounts/confirm-email/", "phone": "/accounts/phone/verify/"}
RIGHT = '{ url = "/_outbox?channel={channel}", pattern = "[A-Z]{4}-[A-Z]{4}" }'
WRONG = '{ text = "AAAA-AAAA" }'  # vowels are never in a code


@pytest.fixture
def seller(tmp_path: Path) -> Path:
    """The profile of allauth's user, with a new address and a new number."""
    path = tmp_path / "seller.toml"
    path.write_text(
        f'legal_name = "Wei Lin Trading"\ncountry = "CN"\naccount.name = "{NAME}"\n'
        f'contact = {{ email = "{NEW_EMAIL}", phone = "+86 139 0013 9000" }}\n',
        encoding="utf-8",
    )
    return path


def write_answers(folder: Path, codes: list[str], reconcile: str = "nobody") -> Path:
    """Write what the script answers; after the e-mail has changed, its owner signs in with the new one."""
    path = folder / f"answers-{reconcile}.toml"
    signing_in = ", ".join(
        f'{{ fields = {{ username = "{name}", password = "{PASSWORD}" }} }}' for name in (EMAIL, NEW_EMAIL)
    )
    path.write_text(
        f'sign-in = [{signing_in}]\napprove = "yes"\ntakes-texts = "yes"\n'
        f'reconcile = "{reconcile}"\ncode = [{", ".join(codes)}]\n',
        encoding="utf-8",
    )
    return path


def arguments(site: AllauthSite, seller: Path, answers: Path, *more: str) -> list[str]:
    """The command line of one run, with state and evidence beside the profile."""
    folder = seller.parent
    return [
        "run", "contact", "--site", str(SITE_FILE), "--url", site.url, "--profile", str(seller),
        "--answers", str(answers), "--state", str(folder / "state"), "--out", str(folder / "evidence"),
        "--headless", "--json", *more,
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_channels_are_verified_with_one_wrong_code_each(
    language: str, allauth_site: AllauthSite, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """E-mail and phone end verified in the site's own database; each was asked for once."""
    answers = write_answers(seller.parent, [WRONG, RIGHT, WRONG, RIGHT])
    ran = handrail(*arguments(allauth_site, seller, answers, "--lang", language))
    assert ran.code == 0, ran.stdout + ran.stderr
    stored = allauth_site.stored()
    assert stored.emails == {NEW_EMAIL: True}
    assert (stored.phone, stored.phone_verified) == (NEW_PHONE, True)
    posts = allauth_site.posts()
    for channel in ("email", "phone"):
        assert posts[ASKS[channel]] == 1
        assert posts[ENTERS[channel]] == 2
        counted = {one["step"]: one["count"] for one in ran.record["effects"] if one["channel"] == channel}
        assert counted == {"save": 1, "enter-code": 2}
    assert ran.record["dry_run"] is False


def test_a_second_run_sends_nothing(
    allauth_site: AllauthSite, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """What is verified already is proven, not asked for again."""
    first = handrail(*arguments(allauth_site, seller, write_answers(seller.parent, [RIGHT])))
    assert first.code == 0, first.stdout
    before = allauth_site.posts()
    again = handrail(*arguments(allauth_site, seller, write_answers(seller.parent, [RIGHT])))
    assert again.code == 0, again.stdout
    assert again.record["effects"] == []
    after = allauth_site.posts()
    del before["/accounts/login/"], after["/accounts/login/"]
    assert after == before


def test_a_killed_process_is_finished_by_the_next(
    allauth_site: AllauthSite, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """Kill -9 before the site heard of a request: the next run asks what came of it, and then finishes."""
    answers = write_answers(seller.parent, [RIGHT])
    moments = _run_until("released", "save email", allauth_site, seller, answers)
    assert moments[-1] == ["released", "save email"]
    ran = handrail(*arguments(allauth_site, seller, answers))
    # Only the visitor who asked would see a code pending, so silence proves nothing here.
    assert ran.code == 6, ran.stdout + ran.stderr
    assert allauth_site.posts().get(ASKS["email"], 0) == 0
    knowing = write_answers(seller.parent, [RIGHT], reconcile="did-not-happen")
    ran = handrail(*arguments(allauth_site, seller, knowing))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert allauth_site.posts()[ASKS["email"]] == 1
    assert allauth_site.stored().emails == {NEW_EMAIL: True}
    assert allauth_site.stored().phone == NEW_PHONE


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_what_a_kill_leaves_around_the_code_request_asks_once(
    channel: str, allauth_site: AllauthSite, seller: Path, open_browser: BrowserThread
) -> None:
    """At each stage of asking for a code: the next run finishes, and the site was asked once."""
    owner = Seller("contact", allauth_site.url, str(SITE_FILE), seller, write_answers(seller.parent, [RIGHT]))
    run = imaged(owner, seller.parent, open_browser, allauth_site.dump)
    assert run.result.outcome.exit_code == 0, run.result.advice
    for stage in STAGES:
        image = run.at((stage, f"save {channel}"))
        folder = image.copy(seller.parent / stage)
        before = Counter(allauth_site.load(image.server))
        now = Counter(allauth_site.posts())
        ended = owner.run(open_browser, folder)
        if stage == "released":
            # Only the visitor who asked would see a code pending, so silence proves nothing here.
            assert ended.outcome.exit_code == 6, ended.advice
            assert (before + Counter(allauth_site.posts()) - now)[ASKS[channel]] == 0
            ended = owner.run(open_browser, folder, reconcile="did-not-happen")
        assert ended.outcome.exit_code == 0, (stage, ended.advice)
        assert (before + Counter(allauth_site.posts()) - now)[ASKS[channel]] == 1, stage
        assert allauth_site.stored().emails == {NEW_EMAIL: True}
        assert allauth_site.stored().phone == NEW_PHONE


def _run_until(stage: str, press: str, site: AllauthSite, seller: Path, answers: Path) -> list[list[str]]:
    """Run in a process group of its own and kill it at this stage of this press."""
    given = {
        "flow": "contact",
        "url": site.url,
        "site": str(SITE_FILE),
        "profile": str(seller),
        "answers": str(answers),
        "state": str(seller.parent / "state"),
        "out": str(seller.parent / "evidence"),
        "at": [stage, press],
    }
    child = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(CHILD), json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    return [json.loads(line) for line in child.stdout.splitlines() if line.startswith("[")]
