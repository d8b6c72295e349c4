"""Kill -9 of a process: what it leaves is what the crash images hold, and the next run goes on from it."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import filelock
import pytest
from boundaries import FLOWS
from crash_images import Boundary, Seller, imaged, mock_seller, released
from project_paths import CHILDREN

from handrail_fixtures.browser_thread import BrowserThread
from handrail_fixtures.plugin import Ran
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

CHILD = CHILDREN / "killed_run.py"
KILLS: dict[str, Boundary] = {
    "contact": ("released", "enter-code email"),
    "address": ("held", "order business"),
    "certify": ("answered", "certify certification"),
}
"""A boundary of each flow; the crash images stand for all the others."""
VARIES = frozenset({"run", "commitment", "intended_at", "released_at", "observed_at"})
"""Columns of the ledger that no two runs have alike: whether they are set is compared."""


def run_and_kill(seller: Seller, folder: Path, at: Boundary) -> list[Boundary]:
    """Run in a process of its own, kill that at this moment, and return every moment that came."""
    given = {
        "flow": seller.flow,
        "url": seller.url,
        "site": seller.site,
        "profile": str(seller.profile),
        "answers": str(seller.answers),
        "state": str(folder / "state"),
        "out": str(folder / "evidence"),
        "at": at,
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
    moments = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("[")]
    return [(kind, text) for kind, text in moments]


def ledger_rows(folder: Path) -> list[tuple[object, ...]]:
    """Read what the ledger holds."""
    with closing(sqlite3.connect(folder / "state" / "ledger.sqlite3")) as ledger:
        ledger.row_factory = sqlite3.Row
        rows = ledger.execute("SELECT * FROM effects ORDER BY rowid").fetchall()
    return [
        tuple(
            (name, value is not None) if name in VARIES else (name, value)
            for name, value in zip(row.keys(), tuple(row), strict=True)
        )
        for row in rows
    ]


def log_kinds(folder: Path) -> list[str]:
    """Read what the half-written evidence tells of, but the pictures: they are packed beside the run."""
    (log,) = (folder / "evidence").glob(".partial-*/events.jsonl")
    kinds = [json.loads(line)["kind"] for line in log.read_text("utf-8").splitlines()]
    return [kind for kind in kinds if kind != "capture"]


def names(folder: Path) -> set[str]:
    """Return the files of the state folder."""
    return {path.relative_to(folder).as_posix() for path in (folder / "state").rglob("*") if path.is_file()}


@pytest.mark.parametrize(("name", "at"), KILLS.items(), ids=KILLS)
def test_a_killed_process_leaves_what_the_image_holds_and_the_next_run_finishes(
    name: str, at: Boundary, mock_site: Callable[..., MockSite], open_browser: BrowserThread, tmp_path: Path
) -> None:
    """The same files, ledger and log as in the image; and from there each effect is had just once."""
    flow = FLOWS[name]
    mock = mock_site(load(flow.scenario))
    seller = mock_seller(name, mock.url, tmp_path, flow.answers)
    begin = mock.dump()
    image = imaged(seller, tmp_path / "imaged", open_browser, mock.dump).at(at)
    mock.load(begin)
    folder = tmp_path / "killed"
    assert run_and_kill(seller, folder, at)[-1] == at
    of_image = image.copy(tmp_path / "image")
    assert names(folder) == names(of_image)  # before the ledger is opened, which tidies up
    # Whatever reached the site stands in the ledger as what may have left.
    assert Counter(mock.effects) <= released(folder)
    assert ledger_rows(folder) == ledger_rows(of_image)
    assert log_kinds(folder) == log_kinds(of_image)

    ended = seller.run(open_browser, folder)
    if at in flow.doubtful:
        assert ended.outcome.exit_code == 6, ended.advice
        ended = seller.run(open_browser, folder, reconcile=flow.doubtful[at])
    assert ended.outcome.exit_code == flow.exit, ended.advice
    assert mock.effects == flow.sends


def test_two_runs_on_one_account_do_not_overlap(
    mock_site: Callable[..., MockSite],
    open_browser: BrowserThread,
    tmp_path: Path,
    handrail: Callable[..., Ran],
) -> None:
    """While one run is at work, a second one on the same account is refused before it opens anything."""
    # The lock is what the first run holds; holding it here is being that run.
    seller = mock_seller("contact", mock_site("already-verified").url, tmp_path)
    assert seller.run(open_browser, tmp_path).outcome.exit_code == 0
    (lock,) = (tmp_path / "state" / "locks").iterdir()
    with filelock.FileLock(lock):
        ran = handrail(
            "run", "contact", "--site", "mock", "--url", seller.url, "--profile", seller.profile,
            "--answers", seller.answers, "--state", tmp_path / "state", "--out", tmp_path / "evidence",
            "--headless", "--json",
        )  # fmt: skip
    assert ran.code == 2
    assert "Another run" in ran.record["error"]["message"]
