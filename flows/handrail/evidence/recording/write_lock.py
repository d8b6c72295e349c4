"""Whether a run still writes its evidence: it holds a lock beside the partial folder while it lives."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

PARTIAL = ".partial-"
"""What the name of a folder begins with while evidence is written into it."""


def hold(folder: Path) -> BaseFileLock | None:
    """Take the lock of a partial folder; None where a living process has it. Raises OSError."""
    lock = FileLock(folder.with_name(f"{folder.name}.lock"), mode=0o600)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock


def let_go(lock: BaseFileLock) -> None:
    """Give the lock back and take its file away."""
    lock.release()
    with suppress(OSError):  # one that lies about locks nothing
        Path(lock.lock_file).unlink(missing_ok=True)
