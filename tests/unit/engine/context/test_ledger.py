"""The ledger: what it holds survives its writer, and says what is open and what is settled."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handrail.core.errors import BadInput
from handrail.engine.context.ledger import EffectWord, Entry, Key, Ledger

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="file modes and kill -9 as POSIX has them")
KEY = Key("mock", "Harbor Lane Trading", "contact", "phone")
NUMBER = "+8613800138000"
WRITER = """
import os, signal, sys
from pathlib import Path
from handrail.engine.context.ledger import Key, Ledger

ledger = Ledger(Path(sys.argv[1]))
key = Key("mock", "Harbor Lane Trading", "contact", "phone")
commitment = ledger.commitment("+8613800138000")
entry = ledger.intend(key, step="request", effect="request-code", commitment=commitment, run="one")
if sys.argv[2] in ("released", "observed"):
    ledger.release(entry)
if sys.argv[2] == "observed":
    ledger.observe(entry, "code-asked", stays_open=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
BEGINNER = """
import sys
from pathlib import Path
from handrail.engine.context.ledger import Ledger

sys.stdin.read()
print(Ledger(Path(sys.argv[1])).commitment("x"))
"""


@pytest.fixture
def open_ledger(tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Open ledgers by the name of their state folder; they are closed with the test."""
    ledgers: list[Ledger] = []

    def opened(folder: str = "state") -> Ledger:
        ledgers.append(Ledger(tmp_path / folder))
        return ledgers[-1]

    yield opened
    for ledger in ledgers:
        ledger.close()


def intended(
    ledger: Ledger,
    key: Key = KEY,
    *,
    step: str = "request",
    effect: EffectWord = "request-code",
    run: str = "one",
) -> Entry:
    """Write one effect down."""
    return ledger.intend(key, step=step, effect=effect, commitment=ledger.commitment(NUMBER), run=run)


def stages(ledger: Ledger) -> list[tuple[str, str | None]]:
    """What is open under the key, as far as it has come."""
    return [(entry.stage, entry.outcome) for entry in ledger.still_open(KEY)]


def test_an_effect_is_open_from_its_intention_until_it_was_observed(
    open_ledger: Callable[..., Ledger],
) -> None:
    """Intended and released entries stand open; an observed outcome closes them."""
    ledger = open_ledger()
    entry = intended(ledger, step="save", effect="submit")
    assert stages(ledger) == [("intended", None)]
    ledger.release(entry)
    assert stages(ledger) == [("released", None)]
    ledger.observe(entry, "saved")
    assert stages(ledger) == []
    assert not ledger.anything_open("mock")


def test_a_code_on_its_way_stays_open_until_it_is_used_or_given_up(
    open_ledger: Callable[..., Ledger],
) -> None:
    """Observing that a code was asked for settles nothing; observing what became of it does."""
    ledger = open_ledger()
    entry = intended(ledger)
    ledger.release(entry)
    ledger.observe(entry, "code-asked", stays_open=True)
    assert stages(ledger) == [("observed", "code-asked")]
    ledger.observe(entry, "superseded", why="the person agreed to another")
    assert stages(ledger) == []


def test_what_is_open_under_another_key_is_not_mixed_in(open_ledger: Callable[..., Ledger]) -> None:
    """Site, account, flow and channel each make a key of their own."""
    ledger = open_ledger()
    intended(ledger)
    for other in (
        Key("other", KEY.identity, KEY.flow, KEY.channel),
        Key(KEY.site, "Another Seller", KEY.flow, KEY.channel),
        Key(KEY.site, KEY.identity, "address", KEY.channel),
        Key(KEY.site, KEY.identity, KEY.flow, "email"),
    ):
        assert ledger.still_open(other) == []
    assert ledger.anything_open("mock")
    assert not ledger.anything_open("other")


def test_open_entries_come_oldest_first_with_all_they_hold(open_ledger: Callable[..., Ledger]) -> None:
    """An entry reads back as it was written."""
    ledger = open_ledger()
    first = intended(ledger, step="save", effect="submit")
    second = intended(ledger)
    assert ledger.still_open(KEY) == [first, second]


def test_only_what_left_counts_as_released(open_ledger: Callable[..., Ledger]) -> None:
    """What was held back is in no count; each run counts its own, by channel, step and effect."""
    ledger = open_ledger()
    for run in ("one", "one", "two"):
        entry = intended(ledger, run=run)
        ledger.release(entry)
        ledger.observe(entry, "refused")
    ledger.observe(intended(ledger, step="save", effect="submit"), "nothing-left")
    assert ledger.released_by("one") == [("phone", "request", "request-code", 2)]
    assert ledger.released_by("two") == [("phone", "request", "request-code", 1)]
    assert ledger.released_by("three") == []


def test_a_second_of_the_same_step_is_refused_while_one_is_open(open_ledger: Callable[..., Ledger]) -> None:
    """The last defence: whatever the walk believes, a code on its way is not asked for again unsaid."""
    ledger = open_ledger()
    entry = intended(ledger)
    ledger.observe(entry, "code-asked", stays_open=True)
    with pytest.raises(RuntimeError, match="still open"):
        intended(ledger)
    ledger.observe(entry, "superseded")
    assert intended(ledger).open


def test_a_run_has_an_unknown_outcome_only_where_something_left_unobserved(
    open_ledger: Callable[..., Ledger],
) -> None:
    """Neither an intention nor a code on its way leaves a run in doubt; a released request does."""
    ledger = open_ledger()
    entry = intended(ledger)
    assert not ledger.open_of("one")
    ledger.release(entry)
    assert ledger.open_of("one")
    assert not ledger.open_of("two")
    ledger.observe(entry, "code-asked", stays_open=True)
    assert not ledger.open_of("one")


@POSIX
@pytest.mark.parametrize(
    ("stage", "outcome"), [("intended", None), ("released", None), ("observed", "code-asked")]
)
def test_what_was_written_survives_kill_9_of_the_writer(
    stage: str, outcome: str | None, open_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    """A writer killed right after any stage has left just that stage for whoever reads next."""
    writer = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", WRITER, str(tmp_path / "state"), stage],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert writer.returncode == -signal.SIGKILL, writer.stderr
    ledger = open_ledger()
    assert stages(ledger) == [(stage, outcome)]
    assert ledger.still_open(KEY)[0].commitment == ledger.commitment(NUMBER)
    assert ledger.open_of("one") == (stage == "released")


def test_equal_values_commit_equally_and_others_never(open_ledger: Callable[..., Ledger]) -> None:
    """One state folder recognises a value again, also in its next run, and tells it from any other."""
    ledger = open_ledger()
    assert ledger.commitment(NUMBER) == open_ledger().commitment(NUMBER)
    assert ledger.commitment(NUMBER) != ledger.commitment(NUMBER + "1")
    assert NUMBER not in ledger.commitment(NUMBER)


def test_two_state_folders_commit_to_one_value_differently(open_ledger: Callable[..., Ledger]) -> None:
    """Without the salt of the folder nobody can tell from a commitment which number it was."""
    assert open_ledger("one").commitment(NUMBER) != open_ledger("two").commitment(NUMBER)


def test_a_writer_that_died_before_the_salt_was_whole_leaves_no_empty_salt(
    open_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    """An empty salt would let anybody guess a number from its commitment; a new one is made instead."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "salt").touch(mode=0o600)
    commitment = open_ledger().commitment(NUMBER)
    assert len((tmp_path / "state" / "salt").read_bytes()) == 32
    assert commitment == open_ledger().commitment(NUMBER)


def test_runs_that_begin_at_once_share_one_salt(tmp_path: Path) -> None:
    """Two accounts' first runs in a new state folder commit alike: none keeps a salt the other replaced."""
    beginners = [
        subprocess.Popen(  # noqa: S603  # our own script
            [sys.executable, "-c", BEGINNER, str(tmp_path / "state")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said: list[str] = []
    listeners = [
        threading.Thread(target=lambda one=one: said.append(one.communicate("", timeout=60)[0].strip()))
        for one in beginners
    ]
    for listener in listeners:
        listener.start()
    for listener in listeners:
        listener.join()
    assert [one.returncode for one in beginners] == [0] * 4
    assert len(said) == 4
    assert len(set(said)) == 1


@POSIX
def test_only_the_owner_can_read_the_state_folder(open_ledger: Callable[..., Ledger], tmp_path: Path) -> None:
    """Ledger, its journal and the salt are private while they are in use, whatever the umask."""
    ledger = open_ledger()
    intended(ledger)
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in (tmp_path / "state").iterdir()
        if path.stat().st_size or path.name == "salt"
    }
    assert {"ledger.sqlite3", "ledger.sqlite3-wal", "salt"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_the_ledger_holds_no_value_in_clear(open_ledger: Callable[..., Ledger], tmp_path: Path) -> None:
    """Only the commitment to a number is written."""
    intended(open_ledger())
    written = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert b"13800138000" not in written


def test_every_write_is_there_for_others_as_soon_as_it_returns(
    open_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    """Another connection reads each stage at once: no write waits for a later one."""
    ledger = open_ledger()
    entry = intended(ledger)
    reader = sqlite3.connect(f"file:{tmp_path / 'state' / 'ledger.sqlite3'}?mode=ro", uri=True)
    try:
        assert reader.execute("SELECT stage FROM effects").fetchall() == [("intended",)]
        ledger.release(entry)
        assert reader.execute("SELECT stage FROM effects").fetchall() == [("released",)]
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        reader.close()


def test_a_locked_site_stays_locked_until_it_is_unlocked(open_ledger: Callable[..., Ledger]) -> None:
    """A lock outlives the run, concerns one site only, and is lifted once."""
    open_ledger().lock_site("mock", "automation-refused")
    later = open_ledger()
    since = later.locked_since("mock")
    assert since is not None
    assert since.endswith("+00:00")
    assert later.locked_since("other") is None
    assert later.unlock_site("mock")
    assert not later.unlock_site("mock")
    assert later.locked_since("mock") is None


def test_a_state_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The sentence names the folder and what to do about it."""
    (tmp_path / "state").write_text("not a folder")
    with pytest.raises(BadInput, match="cannot be used") as caught:
        Ledger(tmp_path / "state")
    assert caught.value.where == str(tmp_path / "state")
    assert "--state" in caught.value.hint


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Somebody else's file under the ledger's name is not written over."""
    there = tmp_path / "ledger.sqlite3"
    there.write_bytes(b"somebody's notes, which are no database\n" * 40)
    before = there.read_bytes()
    with pytest.raises(BadInput, match="cannot be used"):
        Ledger(tmp_path)
    assert there.read_bytes() == before
