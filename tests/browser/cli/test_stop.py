"""handrail stop ends every run of this user with its evidence, on any system and without a signal."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import pytest

from handrail.active_runs import stop_all
from handrail_fixtures.plugin import Ran

PATIENCE_S = 60.0
WAITS = "[start]\nsigned_in = true\n"
STANDS = """
import sys, time
from pathlib import Path
from handrail.active_runs import active_run
with active_run(Path(sys.argv[1]), flow="contact", site="mock", account="Harbor Lane"):
    print("here", flush=True)
    time.sleep(60)
"""
"""A run that hears nobody."""


@dataclass
class Started:
    """A process whose input stays open."""

    process: subprocess.Popen[str]
    said: Path
    """What comes on stderr."""

    def until(self, words: str) -> None:
        """Wait until it has said these words."""
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.said.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline, self.said.read_text(encoding="utf-8")
            time.sleep(0.05)

    def types(self, line: str) -> None:
        """Type one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ended(self) -> Ran:
        """Wait until it has ended."""
        assert self.process.stdout is not None
        code = self.process.wait(PATIENCE_S)
        return Ran(code, self.process.stdout.read(), self.said.read_text(encoding="utf-8"))


Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes; those that a failed test left running are ended."""
    running: list[Started] = []

    def started(*arguments: object) -> Started:
        said = tmp_path / f"said-{len(running)}"
        with said.open("w", encoding="utf-8") as stderr:
            process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                cwd=tmp_path,
            )
        running.append(Started(process, said))
        return running[-1]

    yield started
    for one in running:
        one.process.kill()
        one.process.wait()
        for stream in (one.process.stdin, one.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def waiting(start: Start, tmp_path: Path) -> Callable[[str], Started]:
    """Start a dry run with a state folder of this name, and wait until it waits for a person."""
    (tmp_path / "waits.toml").write_text(WAITS, encoding="utf-8")

    def waits(state: str) -> Started:
        run = start(
            "-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "waits.toml", "--attend",
            "--state", state, "--out", f"out-{state}", "--json",
        )  # fmt: skip
        run.until("› ")
        return run

    return waits


@pytest.fixture
def stands(start: Start, tmp_path: Path) -> Callable[[], Started]:
    """Start what stands as a run, and hears nobody."""

    def stood() -> Started:
        one = start("-c", STANDS, tmp_path / "state")
        assert one.process.stdout is not None
        assert one.process.stdout.readline() == "here\n"
        return one

    return stood


def runs() -> Path:
    """Where every run of this user stands."""
    return platformdirs.user_state_path("handrail", appauthor=False) / "runs"


def assert_stopped(run: Started, handrail: Callable[..., Ran]) -> str:
    """It ended as stopped by a person, its evidence whole and sealed; return the bundle."""
    ran = run.ended()
    assert ran.code == 4, ran.stderr
    assert ran.record["error"]["message"] == "Stopped by the person."
    bundle = Path(ran.record["bundle"])
    verified = handrail("evidence", "verify", bundle, "--state", bundle.parent.name.removeprefix("out-"))
    assert verified.code == 0, verified.stdout
    return str(bundle)


def test_stop_ends_every_run_whatever_its_state_folder_and_names_what_each_left(
    waiting: Callable[[str], Started], handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Two runs that wait, each with a state folder of its own: both end with evidence; stop ends with 0."""
    running = [waiting("state-0"), waiting("state-1")]
    stopped = handrail("stop", "--json")
    bundles = [assert_stopped(run, handrail) for run in running]
    assert stopped.code == 0
    told = {
        (one["flow"], one["site"], one["account"], one["state"], one["outcome"], one["bundle"])
        for one in stopped.record["runs"]
    }
    assert told == {
        ("contact", "mock", "Harbor Lane Trading", str(tmp_path / f"state-{number}"), "needs-person", bundle)
        for number, bundle in enumerate(bundles)
    }
    assert list(runs().glob("*.json")) == list(runs().glob("*.lock")) == []


def test_a_state_folder_narrows_it(waiting: Callable[[str], Started], handrail: Callable[..., Ran]) -> None:
    """With --state only its runs end, and are named; the other waits on until everything is stopped."""
    one, other = waiting("state-0"), waiting("state-1")
    narrowed = handrail("stop", "--state", "state-0", "--lang", "en")
    bundle = assert_stopped(one, handrail)
    named = "Emergency contact on mock for Harbor Lane Trading: a person is needed\n"
    assert narrowed.stdout == f"{named}Evidence: {bundle}\n"
    assert other.process.poll() is None
    everything = handrail("stop", "--json")
    bundle = assert_stopped(other, handrail)
    assert [told["bundle"] for told in everything.record["runs"]] == [bundle]


def test_stop_all_typed_at_a_question_ends_every_run(
    waiting: Callable[[str], Started], handrail: Callable[..., Ran]
) -> None:
    """The terminal in which it was typed also says what became of the other run; the answer is evidence."""
    one, other = waiting("state-0"), waiting("state-1")
    one.until("stop all  Stop every run")
    one.types("stop all")
    left = assert_stopped(other, handrail)
    own = assert_stopped(one, handrail)
    said = one.said.read_text(encoding="utf-8")
    assert (
        f"Emergency contact on mock for Harbor Lane Trading: a person is needed\nEvidence: {left}\n" in said
    )
    assert own not in said.partition("Emergency contact on mock")[2]
    events = Path(own, "events.jsonl").read_text(encoding="utf-8").splitlines()
    answers = [event for event in map(json.loads, events) if event["kind"] == "answer"]
    assert [(event["choice"], event["by"]) for event in answers] == [("stop-all", "person")]
    assert list(runs().glob("*.json")) == list(runs().glob("*.lock")) == []


def test_a_run_says_how_it_and_every_run_is_stopped(start: Start, tmp_path: Path) -> None:
    """As it begins, in the person's own words: what each way ends."""
    (tmp_path / "waits.toml").write_text(WAITS, encoding="utf-8")
    attended = start("-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "waits.toml", "--attend",
                     "--state", "state", "--lang", "en")  # fmt: skip
    attended.until("Ctrl-C here ends this run at once, with its evidence.\n")
    attended.until(
        "To end every run at once: type `stop all` at any question here, or run `handrail stop` "
        "in another terminal.\n"
    )


def test_where_no_run_is_under_way_that_is_said(handrail: Callable[..., Ran]) -> None:
    """Nothing to stop is no error."""
    ran = handrail("stop", "--lang", "en")
    assert (ran.code, ran.stdout) == (0, "No run is under way.\n")


def test_where_the_users_own_place_takes_no_files_the_state_folder_is_named(
    start: Start, handrail: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that nobody could stop from elsewhere would be the worse one: it says what reaches it."""
    (tmp_path / "no-folder").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "no-folder"))
    (tmp_path / "waits.toml").write_text(WAITS, encoding="utf-8")
    run = start("-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "waits.toml", "--attend",
                "--state", "state", "--lang", "en")  # fmt: skip
    run.until("`handrail stop` reaches this run only with --state state.\n")
    run.until("› ")
    stopped = handrail("stop", "--state", "state", "--json")
    ran = run.ended()
    assert ran.code == 4, ran.stderr
    assert [Path(one["bundle"]).name in ran.stdout for one in stopped.record["runs"]] == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions as POSIX has them")
def test_nobody_else_can_see_or_stop_a_run(stands: Callable[[], Started]) -> None:
    """The folder is its user's alone, and so is every file in it."""
    stands()
    (entry,) = runs().glob("*.json")
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (runs().parent, runs(), entry)]
    assert modes == [0o700, 0o700, 0o600]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 as POSIX has it")
def test_a_run_that_was_killed_is_not_waited_for(stands: Callable[[], Started], tmp_path: Path) -> None:
    """Its entry is left and its lock is free: it is gone, and so is the entry, whoever has its number now."""
    one = stands()
    one.process.send_signal(signal.SIGKILL)
    one.process.wait(PATIENCE_S)
    (entry,) = runs().glob("*.json")
    # A process of this number lives, and is none of ours to end.
    told = json.loads(entry.read_bytes())
    entry.write_text(json.dumps({**told, "pid": os.getpid()}), encoding="utf-8")
    assert stop_all(tmp_path / "state") == []
    assert list(runs().glob(f"{entry.stem}*")) == []


def test_a_run_that_does_not_end_is_named_with_its_process(
    stands: Callable[[], Started], tmp_path: Path
) -> None:
    """It was told, and after a while that it still runs is said instead of waited for; it is not killed."""
    one = stands()
    (stuck,) = stop_all(tmp_path / "state", patience_s=0.3)
    assert (stuck.still_running, stuck.run.pid, stuck.bundle) == (True, one.process.pid, None)
    assert one.process.poll() is None


def test_whoever_says_stop_too_hears_what_was_left_and_later_nothing_is_kept(
    stands: Callable[[], Started], tmp_path: Path
) -> None:
    """What a stopped run left stays for an hour, and goes when the next one looks."""
    stands()
    runs().joinpath("1-abcdef01.left").write_text("{}", encoding="utf-8")
    old = runs() / "1-abcdef02.left"
    for file in (old, old.with_suffix(".stop"), old.with_suffix(".lock")):
        file.write_text("{}", encoding="utf-8")
        os.utime(file, (0, 0))
    stop_all(tmp_path / "state", patience_s=0)
    assert sorted(file.name for file in runs().glob("1-*")) == ["1-abcdef01.left"]
