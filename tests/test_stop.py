"""handrail stop ends every run of a state folder with its evidence, on any system and without a signal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handrail.stopping import stop_all
from handrail_fixtures.plugin import Ran

PATIENCE_S = 60.0
WAITS = "[start]\nsigned_in = true\n"
STANDS = """
import sys, time
from pathlib import Path
from handrail.stopping import standing
with standing(Path(sys.argv[1]), flow="contact", site="mock"):
    print("here", flush=True)
    time.sleep(60)
"""
"""A run that hears nobody."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start processes whose input stays open; those that a failed test left running are ended."""
    running: list[subprocess.Popen[str]] = []

    def started(*arguments: object) -> subprocess.Popen[str]:
        with (tmp_path / f"said-{len(running)}").open("w", encoding="utf-8") as said:
            process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                cwd=tmp_path,
            )
        running.append(process)
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def until(said: Path, words: str) -> None:
    """Wait until a process has said these words."""
    deadline = time.monotonic() + PATIENCE_S
    while words not in said.read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        time.sleep(0.05)


def test_stop_ends_every_run_at_once_and_names_the_evidence_each_left(
    start: Callable[..., subprocess.Popen[str]], handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Two runs that wait for a person: both end as stopped (4), whole and sealed; stop itself ends with 0."""
    (tmp_path / "waits.toml").write_text(WAITS, encoding="utf-8")
    run = ["-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "waits.toml", "--attend"]
    runs = [start(*run, "--state", "state", "--out", f"out-{number}", "--json") for number in range(2)]
    for number in range(2):
        until(tmp_path / f"said-{number}", "number: ")
    stopped = handrail("stop", "--state", "state", "--json")
    records = [json.loads(process.stdout.read()) for process in runs if process.stdout]
    assert [process.wait(PATIENCE_S) for process in runs] == [4, 4]
    assert stopped.code == 0
    told = {(one["flow"], one["site"], one["outcome"], one["bundle"]) for one in stopped.record["runs"]}
    assert told == {("contact", "mock", "needs-person", record["bundle"]) for record in records}
    for record in records:
        assert record["error"]["message"] == "Stopped by the person."
        verified = handrail("evidence", "verify", record["bundle"], "--state", "state")
        assert verified.code == 0, verified.stdout
    assert list((tmp_path / "state" / "runs").iterdir()) == []


def test_where_no_run_is_under_way_that_is_said(handrail: Callable[..., Ran]) -> None:
    """Nothing to stop is no error."""
    ran = handrail("stop", "--state", "state")
    assert (ran.code, ran.stdout) == (0, "No run is under way.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 as POSIX has it")
def test_a_run_that_was_killed_is_not_waited_for(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Its entry is left and its lock is free: it is gone, and so is the entry."""
    process = start("-c", STANDS, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)
    assert len(list((tmp_path / "runs").glob("*.json"))) == 1
    assert stop_all(tmp_path) == []
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_that_does_not_end_is_named_with_its_process(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """It was told, and after a while that it still runs is said instead of waited for."""
    process = start("-c", STANDS, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    (stuck,) = stop_all(tmp_path, patience_s=0.3)
    assert (stuck.still_running, stuck.run.pid, stuck.bundle) == (True, process.pid, None)
