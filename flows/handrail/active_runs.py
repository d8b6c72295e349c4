"""Runs that can be told to stop: each stands where its user's runs stand, and ends when a file there says so.

Files, because they are what every system has: Windows knows no signal that ends a program with its evidence.
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
"""How long a run that was told to stop may take to write its evidence."""
_KEPT_S = 3600.0
"""How long what a run left can be heard by whoever else told it to stop."""


@dataclass(frozen=True)
class Run:
    """A run that is under way, as others on this machine see it."""

    flow: str
    site: str
    account: str
    state: str
    """Its state folder, in full."""
    pid: int


@dataclass(frozen=True)
class Stopped:
    """A run that was told to stop, and what it left."""

    run: Run
    bundle: Path | None = None
    """Its evidence; None where it left none, or is still running."""
    outcome: str | None = None
    still_running: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the same as a script reads it."""
        bundle = str(self.bundle) if self.bundle else None
        told = {"outcome": self.outcome, "bundle": bundle, "still_running": self.still_running}
        return {**asdict(self.run), **told}


class ActiveRun:
    """One run's own entry, for as long as it lasts."""

    def __init__(self, place: Path, *, seen_by_all: bool) -> None:
        self._place = place
        self._said = asyncio.Event()
        self._others: dict[Path, Run] = {}
        self.seen_by_all = seen_by_all
        """Whether whoever stops every run reaches this one; else only who names its state folder."""

    async def heard(self, stop: Callable[[], None]) -> None:
        """Wait until somebody says stop, here or elsewhere; then call `stop`, once."""
        while not self._said.is_set() and not _told(self._place).exists():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._said.wait(), _LOOKS_APART_S)
        stop()

    def stop_all(self) -> None:
        """Tell every run of this user to stop, this one too; `others_ended` says what came of it."""
        self._said.set()
        self._others |= _tell({_everyones(), self._place.parent}, but=self._place)

    def others_ended(self, *, patience_s: float = _PATIENCE_S) -> list[Stopped]:
        """Wait for the runs that `stop_all` told; not while this one stands, since they may wait for it."""
        return _all_ended(self._others, patience_s)

    def ended(self, bundle: Path | None, outcome: str) -> None:
        """Say what is left, where somebody waits to hear it."""
        if _told(self._place).exists():
            left = {"bundle": str(bundle) if bundle else None, "outcome": outcome}
            write_private(_left(self._place), json.dumps(left).encode())


@contextmanager
def standing(home: Path, *, flow: str, site: str, account: str) -> Iterator[ActiveRun]:
    """Stand as a run that can be stopped; what killed runs left there is removed.

    Where the user's own place takes no files, it is the state folder; BadInput where that takes none either.
    """
    folder, seen_by_all = _folder(home)
    _sweep(folder)
    place = folder / f"{os.getpid()}-{secrets.token_hex(4)}.json"
    run = Run(flow, site, account, str(home.resolve()), os.getpid())
    # Held before the entry is there: an entry whose lock is free is a run that was killed.
    lock = FileLock(_lock(place))
    with lock:
        write_private(place, json.dumps(asdict(run)).encode())
        try:
            yield ActiveRun(place, seen_by_all=seen_by_all)
        finally:
            place.unlink(missing_ok=True)
    if not _told(place).exists():
        _lock(place).unlink(missing_ok=True)


def stop_all(home: Path, *, only: bool = False, patience_s: float = _PATIENCE_S) -> list[Stopped]:
    """Tell every run of this user to stop, wait until each has ended, and return what they left.

    `only`: those of this state folder and no others.
    """
    told = _tell({_everyones(), home / "runs"}, state=str(home.resolve()) if only else None)
    return _all_ended(told, patience_s)


def _everyones() -> Path:
    """Return where all runs of this user stand, whatever their state folders."""
    import platformdirs

    return platformdirs.user_state_path("handrail", appauthor=False) / "runs"


def _folder(home: Path) -> tuple[Path, bool]:
    try:
        # The folder above is the default state folder: private from the start, whoever comes first.
        writable_folder(_everyones().parent, option="--state")
        return writable_folder(_everyones(), option="--state"), True
    except BadInput:
        return writable_folder(home / "runs", option="--state"), False


def _tell(folders: Iterable[Path], *, state: str | None = None, but: Path | None = None) -> dict[Path, Run]:
    """Tell the runs that stand there to stop, and return them: those of one state folder, or all but one."""
    told = {}
    for folder in folders:
        _sweep(folder)
        for place in sorted(folder.glob("*.json")):
            run = _run(place)
            if run is not None and state in (None, run.state) and place != but:
                with suppress(OSError):  # it is named as still running
                    _told(place).touch(mode=0o600)
                told[place] = run
    return told


def _all_ended(told: dict[Path, Run], patience_s: float) -> list[Stopped]:
    deadline = time.monotonic() + patience_s
    return [_waited(place, run, deadline) for place, run in told.items()]


def _waited(place: Path, run: Run, deadline: float) -> Stopped:
    lock = FileLock(_lock(place))
    try:
        with lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            left = json.loads(_left(place).read_bytes()) if _left(place).exists() else {}
    except Timeout:
        return Stopped(run, still_running=True)
    # What it left stays for a while: a worried person says stop in two places at once.
    _forget(place, _told(place), _lock(place))
    bundle = left.get("bundle")
    return Stopped(run, Path(bundle) if bundle else None, left.get("outcome"))


def _sweep(folder: Path) -> None:
    """Remove the entries of runs that were killed, and what nobody has come to hear."""
    for place in folder.glob("*.json"):
        try:
            with FileLock(_lock(place)).acquire(blocking=False):
                # A run that ends takes its entry away before its lock.
                killed = place.exists()
        except Timeout:
            continue
        if killed:
            _forget(place, _told(place), _left(place), _lock(place))
    for file in (*folder.glob("*.stop"), *folder.glob("*.left")):
        place = file.with_suffix(".json")
        with suppress(FileNotFoundError):
            if not place.exists() and time.time() - file.stat().st_mtime > _KEPT_S:
                _forget(_told(place), _left(place), _lock(place))


def _forget(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _run(place: Path) -> Run | None:
    try:
        told = json.loads(place.read_bytes())
    except FileNotFoundError:
        return None  # it has ended meanwhile
    # Another version of Handrail may say more of its runs, or less.
    return Run(*(told.get(one.name, "–") for one in fields(Run)))


def _told(place: Path) -> Path:
    return place.with_suffix(".stop")


def _left(place: Path) -> Path:
    return place.with_suffix(".left")


def _lock(place: Path) -> Path:
    return place.with_suffix(".lock")
