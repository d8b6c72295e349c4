"""Ctrl-C, SIGTERM or a closed terminal end a run with its evidence whole and nothing left running."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

PATIENCE_S = 60.0
WAITS_FOR_A_PERSON = "[start]\nsigned_in = true\n"
SLOW_PAGES = "[start]\nsigned_in = true\n[latency]\npage = 20\n"
SLOW_ANSWERS = "[start]\nsigned_in = true\n[latency]\napi = 20\n"

MOMENTS = {
    "a prompt waits": (WAITS_FOR_A_PERSON, r"\? Save e-mail .*[\s\S]*› ", ["--attend"]),
    "a page loads": (SLOW_PAGES, r"step open the page: notification preferences", []),
}
"""When to stop, where nothing has left yet: the scenario, what stderr shows by then, further arguments."""


@dataclass
class Run:
    """A run in a process group of its own, as a terminal starts it."""

    process: subprocess.Popen[str]
    out: Path
    told: Path
    """What comes on stdout."""
    said: str = ""
    """What came on stderr so far."""
    family: set[int] = field(default_factory=set)
    """Every process below it, as far as seen."""

    def listen(self) -> None:
        """Read stderr to its end."""
        assert self.process.stderr is not None
        for text in iter(lambda: self.process.stderr.read(1), ""):  # type: ignore[union-attr]
            self.said += text

    def until(self, pattern: str) -> None:
        """Wait for stderr to show this."""
        eventually(lambda: re.search(pattern, self.said) is not None, lambda: self.said)

    def with_browser(self) -> None:
        """Wait until the browser is there, and remember the whole family."""
        eventually(lambda: any("type=renderer" in command(pid) for pid in below(self.process.pid)))
        self.family = below(self.process.pid)

    def ended(self) -> tuple[int, dict[str, Any]]:
        """Wait for the end; return the exit code and the one object on stdout."""
        code = self.process.wait(PATIENCE_S)
        return code, json.loads(self.told.read_text(encoding="utf-8"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start dry runs; those that a failed test left running are ended."""
    runs: list[Run] = []
    listeners: list[threading.Thread] = []

    def started(scenario: str, *arguments: str) -> Run:
        (tmp_path / "scenario.toml").write_text(scenario, encoding="utf-8")
        command = [
            sys.executable, "-m", "handrail_cli.main", "dry-run", "contact",
            "--scenario", str(tmp_path / "scenario.toml"), "--out", str(tmp_path / "evidence"),
            "--state", str(tmp_path / "state"), "--json", "--verbose", *arguments,
        ]  # fmt: skip
        told = tmp_path / "told"
        with told.open("wb") as stdout:
            process = subprocess.Popen(  # noqa: S603  # our own command
                command,
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        runs.append(Run(process, tmp_path / "evidence", told))
        listeners.append(threading.Thread(target=runs[-1].listen))
        listeners[-1].start()
        return runs[-1]

    yield started
    for run in runs:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
    for run, listener in zip(runs, listeners, strict=True):
        run.process.wait()
        listener.join()
        for stream in (run.process.stdin, run.process.stderr):
            assert stream is not None
            stream.close()


def eventually(true: Callable[[], bool], seen: Callable[[], object] = lambda: "") -> None:
    """Look again and again until it is so; fail with what was seen when it never is."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, seen()
        time.sleep(0.02)


def below(pid: int) -> set[int]:
    """Every process that descends from this one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _stat(int(entry.name))[1]):
            parents.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found.update(children)
        waiting.extend(children)
    return found


def command(pid: int) -> str:
    """The command line of a process, empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _stat(pid: int) -> tuple[str, int]:
    """State and parent of a process; ("", 0) when it has gone."""
    try:
        rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return "", 0
    return rest[0], int(rest[1])


def gone(pids: set[int]) -> bool:
    """Whether none of them runs any more."""
    return all(_stat(pid)[0] in ("", "Z", "X") for pid in pids)


def assert_evidence(run: Run, record: dict[str, Any]) -> None:
    """The one bundle is whole, its sums hold, and it says that a person stopped the run."""
    bundle = Path(record["bundle"])
    assert [entry.name for entry in run.out.iterdir()] == [bundle.name]
    for line in (bundle / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        wanted, name = line.split("  ", 1)
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == wanted
    lines = (bundle / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert ("stop", "person") in {(event["kind"], event.get("by")) for event in events}
    assert [event["kind"] for event in events[-2:]] == ["end", "seal"]
    assert "Traceback" not in run.said
    assert "Stopped by the person." in (bundle / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_is_stopped_leaves_its_evidence_and_nothing_running(
    moment: str, number: signal.Signals, group: bool, start: Callable[..., Run]
) -> None:
    """Before anything has left: a person is needed (4), the bundle is whole, the browser has gone."""
    scenario, shown, more = MOMENTS[moment]
    run = start(scenario, *more)
    run.until(shown)
    run.with_browser()
    (os.killpg if group else os.kill)(run.process.pid, number)
    code, record = run.ended()
    assert code == 4, run.said
    assert record["exit_code"] == 4
    assert record["outcome"] == "needs-person"
    assert record["error"]["message"] == "Stopped by the person."
    assert record["effects"] == record["site_saw"] == []
    assert_evidence(run, record)
    eventually(lambda: gone(run.family))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_run_stopped_after_something_left_says_that_its_outcome_is_open(
    number: signal.Signals, start: Callable[..., Run]
) -> None:
    """Sent and not answered yet: unknown (6), counted by ledger and site alike, the bundle whole."""
    run = start(SLOW_ANSWERS)
    run.until(r"sent, once: save e-mail")
    run.with_browser()
    os.killpg(run.process.pid, number)
    code, record = run.ended()
    assert code == 6, run.said
    assert record["outcome"] == "unknown"
    assert record["effects"] == [{"channel": "email", "step": "save", "effect": "submit", "count": 1}]
    assert_evidence(run, record)
    eventually(lambda: gone(run.family))


def test_ctrl_c_again_and_again_does_not_lose_the_evidence(start: Callable[..., Run]) -> None:
    """Someone who keeps pressing Ctrl-C until it is over still gets the bundle and the one object."""
    run = start(WAITS_FOR_A_PERSON, "--attend")
    run.until(r"› ")
    run.with_browser()

    def press() -> bool:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGINT)
        return run.process.poll() is not None

    pressing = threading.Thread(target=eventually, args=(press,))
    pressing.start()
    code, record = run.ended()
    pressing.join()
    assert code == 4, run.said
    assert_evidence(run, record)
    eventually(lambda: gone(run.family))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_run_stopped_while_the_browser_starts_leaves_nothing_running(
    number: signal.Signals, start: Callable[..., Run]
) -> None:
    """The moment the browser's driver is there: the run ends as stopped, and the driver with it."""
    run = start(WAITS_FOR_A_PERSON, "--attend")
    eventually(lambda: bool(below(run.process.pid)), lambda: run.said)
    run.family = below(run.process.pid)
    os.killpg(run.process.pid, number)
    code, record = run.ended()
    assert code == 4, run.said
    assert_evidence(run, record)
    eventually(lambda: gone(run.family))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_stopped_before_anything_began_it_says_so(number: signal.Signals, start: Callable[..., Run]) -> None:
    """While Python still loads the parts, there is nothing to keep, and still one object on stdout."""
    run = start(WAITS_FOR_A_PERSON, "--attend")
    eventually(lambda: _catches(run.process.pid, signal.SIGTERM), lambda: run.said)
    os.kill(run.process.pid, number)
    code, record = run.ended()
    assert code == 4, run.said
    assert record["exit_code"] == 4
    assert record["outcome"] == "needs-person"
    assert "Traceback" not in run.said


def _catches(pid: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    return caught is not None and bool(int(caught[1], 16) & 1 << (number - 1))
