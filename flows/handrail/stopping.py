"""Runs that can be told to stop: each stands in the state folder, and ends when a file there says so.

Files, because they are what every system has: Windows knows no signal that ends a program with its evidence.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from handrail.portable import writable_folder, write_private

_LOOKS_APART_S = 0.2
_PATIENCE_S = 90.0
"""How long a run that was told to stop may take to write its evidence."""


@dataclass(frozen=True)
class Run:
    """A run that is under way, as others on this machine see it."""

    flow: str
    site: str
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


class Standing:
    """One run's own entry, for as long as it lasts."""

    def __init__(self, place: Path) -> None:
        self._place = place

    async def heard(self, stop: Callable[[], None]) -> None:
        """Wait until somebody says stop; then call `stop`, once."""
        while not _told(self._place).exists():
            await asyncio.sleep(_LOOKS_APART_S)
        stop()

    def ended(self, bundle: Path | None, outcome: str) -> None:
        """Say what is left, where somebody waits to hear it."""
        if _told(self._place).exists():
            left = {"bundle": str(bundle) if bundle else None, "outcome": outcome}
            write_private(_left(self._place), json.dumps(left).encode())


@contextmanager
def standing(home: Path, *, flow: str, site: str) -> Iterator[Standing]:
    """Stand in the state folder as a run that can be stopped; what killed runs left there is removed.

    Raises BadInput where the folder takes no files.
    """
    folder = writable_folder(_folder(home), option="--state")
    _sweep(folder)
    place = folder / f"{os.getpid()}-{secrets.token_hex(4)}.json"
    # Held before the entry is there: an entry whose lock is free is a run that was killed.
    lock = FileLock(_lock(place))
    with lock:
        write_private(place, json.dumps(asdict(Run(flow, site, os.getpid()))).encode())
        try:
            yield Standing(place)
        finally:
            place.unlink(missing_ok=True)
    if not _told(place).exists():
        _lock(place).unlink(missing_ok=True)


def stop_all(home: Path, *, patience_s: float = _PATIENCE_S) -> list[Stopped]:
    """Tell every run of this state folder to stop, wait until each has ended, and return what they left."""
    folder = _folder(home)
    _sweep(folder)
    places = sorted(folder.glob("*.json"))
    runs = {place: run for place in places if (run := _run(place)) is not None}
    for place in runs:
        write_private(_told(place), b"")
    deadline = time.monotonic() + patience_s
    return [_waited(place, run, deadline) for place, run in runs.items()]


def _waited(place: Path, run: Run, deadline: float) -> Stopped:
    lock = FileLock(_lock(place))
    try:
        with lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            left = json.loads(_left(place).read_bytes()) if _left(place).exists() else {}
    except Timeout:
        return Stopped(run, still_running=True)
    _forget(place)
    bundle = left.get("bundle")
    return Stopped(run, Path(bundle) if bundle else None, left.get("outcome"))


def _sweep(folder: Path) -> None:
    """Remove the entries of runs that were killed."""
    for place in folder.glob("*.json"):
        lock = FileLock(_lock(place))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        lock.release()
        _forget(place)


def _forget(place: Path) -> None:
    for file in (place, _told(place), _left(place), _lock(place)):
        file.unlink(missing_ok=True)


def _run(place: Path) -> Run | None:
    try:
        return Run(**json.loads(place.read_bytes()))
    except FileNotFoundError:
        return None  # it has ended meanwhile


def _folder(home: Path) -> Path:
    return home / "runs"


def _told(place: Path) -> Path:
    return place.with_suffix(".stop")


def _left(place: Path) -> Path:
    return place.with_suffix(".left")


def _lock(place: Path) -> Path:
    return place.with_suffix(".lock")
