"""Stop runs from other processes: each writes an entry file, and stops when a `.stop` file appears beside it.

Files work on every system: Windows has no signal that lets a program end with its evidence.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from handrail.core.errors import BadInput
from handrail.core.files import writable_folder, write_private

_LOOKS_APART_S = 0.2
_PATIENCE_S = 90.0
"""How long a stopped run may take to write its evidence."""
_KEPT_S = 3600.0
"""How long a run's ending file is kept for other commands that stopped it."""


@dataclass(frozen=True)
class Run:
    """The entry of an active run."""

    flow: str
    site: str
    account: str
    state: str
    """Its state folder, as an absolute path."""
    pid: int


@dataclass(frozen=True)
class Stopped:
    """A run that was asked to stop, and how it ended."""

    run: Run
    bundle: Path | None = None
    """Its evidence; None if it left none, or is still running."""
    outcome: str | None = None
    still_running: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the values for --json."""
        bundle = str(self.bundle) if self.bundle else None
        ending = {"outcome": self.outcome, "bundle": bundle, "still_running": self.still_running}
        return {**asdict(self.run), **ending}


class ActiveRun:
    """One run's own entry while it runs."""

    def __init__(self, entry_file: Path, *, seen_by_all: bool) -> None:
        self._entry_file = entry_file
        self._stopped = asyncio.Event()
        self._others: dict[Path, Run] = {}
        self.seen_by_all = seen_by_all
        """Whether `handrail stop` finds this run without --state."""

    @property
    def stop_asked(self) -> bool:
        """Whether this run was asked to stop, here or by another process."""
        return self._stopped.is_set() or _stop_file(self._entry_file).exists()

    async def wait_for_stop(self, stop: Callable[[], None]) -> None:
        """Wait until this run is asked to stop, here or by another process; then call `stop` once."""
        while not self.stop_asked:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _LOOKS_APART_S)
        stop()

    def of_other_accounts(self) -> list[Run]:
        """Return the active runs of other accounts, which `stop_all` would end too."""
        own = _run(self._entry_file)
        found = []
        for folder in {_shared_folder(), self._entry_file.parent}:
            _sweep(folder)
            found += [run for file in sorted(folder.glob("*.json")) if (run := _run(file)) is not None]
        return [run for run in found if own is None or (run.site, run.account) != (own.site, own.account)]

    def stop_this(self) -> None:
        """Ask this run to stop, and no other."""
        self._stopped.set()

    def stop_all(self) -> None:
        """Ask every run of this user to stop, this one too; `others_ended` returns how they ended."""
        self._stopped.set()
        self._others |= _ask_to_stop({_shared_folder(), self._entry_file.parent}, but=self._entry_file)

    def others_ended(self, *, patience_s: float = _PATIENCE_S) -> list[Stopped]:
        """Wait for the runs that `stop_all` asked; call it only after our own entry is gone."""
        return _all_ended(self._others, patience_s)

    def ended(self, bundle: Path | None, outcome: str) -> None:
        """Write how this run ended, if another process asked it to stop."""
        if _stop_file(self._entry_file).exists():
            ending = {"bundle": str(bundle) if bundle else None, "outcome": outcome}
            write_private(_ending_file(self._entry_file), json.dumps(ending).encode())


@contextmanager
def active_run(home: Path, *, flow: str, site: str, account: str) -> Iterator[ActiveRun]:
    """Keep an entry for this run, and remove those of killed runs.

    If the user's own folder is not writable, the state folder is used; BadInput if that is not, either.
    """
    folder, seen_by_all = _folder(home)
    _sweep(folder)
    entry_file = folder / f"{os.getpid()}-{secrets.token_hex(4)}.json"
    run = Run(flow, site, account, str(home.resolve()), os.getpid())
    # Locked before the entry exists: an entry with a free lock is of a killed run.
    lock = FileLock(_lock_file(entry_file))
    with lock:
        write_private(entry_file, json.dumps(asdict(run)).encode())
        try:
            yield ActiveRun(entry_file, seen_by_all=seen_by_all)
        finally:
            entry_file.unlink(missing_ok=True)
    if not _stop_file(entry_file).exists():
        _lock_file(entry_file).unlink(missing_ok=True)


def stop_all(home: Path, *, only: bool = False, patience_s: float = _PATIENCE_S) -> list[Stopped]:
    """Ask every run of this user to stop, wait until all have ended, and return how.

    `only`: just the runs of this state folder.
    """
    asked = _ask_to_stop({_shared_folder(), home / "runs"}, state=str(home.resolve()) if only else None)
    return _all_ended(asked, patience_s)


def _shared_folder() -> Path:
    """Return the folder of all entries of this user, whatever their state folders."""
    import platformdirs

    return platformdirs.user_state_path("handrail", appauthor=False) / "runs"


def _folder(home: Path) -> tuple[Path, bool]:
    try:
        # The parent is the default state folder: it must be private from the start.
        writable_folder(_shared_folder().parent, option="--state")
        return writable_folder(_shared_folder(), option="--state"), True
    except BadInput:
        return writable_folder(home / "runs", option="--state"), False


def _ask_to_stop(
    folders: Iterable[Path], *, state: str | None = None, but: Path | None = None
) -> dict[Path, Run]:
    """Ask the runs in these folders to stop, and return them: those of one state folder, or all but one."""
    asked = {}
    for folder in folders:
        _sweep(folder)
        for entry_file in sorted(folder.glob("*.json")):
            run = _run(entry_file)
            if run is not None and state in (None, run.state) and entry_file != but:
                with suppress(OSError):  # reported as still running
                    _stop_file(entry_file).touch(mode=0o600)
                asked[entry_file] = run
    return asked


def _all_ended(asked: dict[Path, Run], patience_s: float) -> list[Stopped]:
    deadline = time.monotonic() + patience_s
    return [_await_end(entry_file, run, deadline) for entry_file, run in asked.items()]


def _await_end(entry_file: Path, run: Run, deadline: float) -> Stopped:
    lock = FileLock(_lock_file(entry_file))
    try:
        with lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            ending = (
                json.loads(_ending_file(entry_file).read_bytes()) if _ending_file(entry_file).exists() else {}
            )
    except Timeout:
        return Stopped(run, still_running=True)
    # The ending file stays for a while: a person may stop runs from two places at once.
    _forget(entry_file, _stop_file(entry_file), _lock_file(entry_file))
    bundle = ending.get("bundle")
    return Stopped(run, Path(bundle) if bundle else None, ending.get("outcome"))


def _sweep(folder: Path) -> None:
    """Remove the entries of killed runs, and old ending files."""
    for entry_file in folder.glob("*.json"):
        try:
            with FileLock(_lock_file(entry_file)).acquire(blocking=False):
                # A run that ends removes its entry before its lock.
                killed = entry_file.exists()
        except Timeout:
            continue
        if killed:
            _forget(entry_file, _stop_file(entry_file), _ending_file(entry_file), _lock_file(entry_file))
    for file in (*folder.glob("*.stop"), *folder.glob("*.left")):
        entry_file = file.with_suffix(".json")
        with suppress(FileNotFoundError):
            if not entry_file.exists() and time.time() - file.stat().st_mtime > _KEPT_S:
                _forget(_stop_file(entry_file), _ending_file(entry_file), _lock_file(entry_file))


def _forget(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _run(entry_file: Path) -> Run | None:
    try:
        entry = json.loads(entry_file.read_bytes())
    except FileNotFoundError:
        return None  # ended meanwhile
    # Another version of Handrail may write more fields, or fewer.
    return Run(*(entry.get(field.name, "–") for field in fields(Run)))


def _stop_file(entry_file: Path) -> Path:
    return entry_file.with_suffix(".stop")


def _ending_file(entry_file: Path) -> Path:
    return entry_file.with_suffix(".left")


def _lock_file(entry_file: Path) -> Path:
    return entry_file.with_suffix(".lock")
