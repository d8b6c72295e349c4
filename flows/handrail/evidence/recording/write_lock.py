"""The lock that a run holds beside its partial folder while it writes evidence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

PARTIAL = ".partial-"
"""The prefix of a folder's name while evidence is written into it."""


def hold(folder: Path) -> BaseFileLock | None:
    """Take the lock of a partial folder; None if a running process holds it. Raises OSError."""
    lock = FileLock(folder.with_name(f"{folder.name}.lock"), mode=0o600)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock


def let_go(lock: BaseFileLock) -> None:
    """Release the lock and remove its file."""
    lock.release()
    with suppress(OSError):  # a lock file left behind locks nothing
        Path(lock.lock_file).unlink(missing_ok=True)
