"""Write the log: every event names the hash of the one before, and is flushed at once."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from handrail.evidence.format.events import NO_PREVIOUS, Event, Json, canonical

Clock: TypeAlias = Callable[[], int]
"""Nanoseconds by a clock that never runs backwards; where it begins means nothing."""


class Log:
    """One run's log, open for more."""

    def __init__(self, path: Path, events: Sequence[Event] = (), clock: Clock = time.monotonic_ns) -> None:
        """Begin a new log, or go on after the events that were read from it.

        Its time goes on, too, whatever `clock` says in this process. Raises OSError.
        """
        new = os.O_EXCL | os.O_CREAT
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0) | (0 if events else new), 0o600
        )
        self._clock = clock
        self._began_ns = clock() - (_elapsed_us(events[-1]) * 1000 if events else 0)
        self._size = os.fstat(self._descriptor).st_size
        self.head = events[-1].digest if events else NO_PREVIOUS
        """The sha256 of the last line, in hex."""
        self.count = len(events)
        """How many events there are."""

    def append(self, kind: str, facts: Mapping[str, Json]) -> bytes:
        """Append one event and return its line; it is with the operating system by then.

        Raises OSError, and then the log is as it was before.
        """
        line = canonical(
            {
                **facts,
                "seq": self.count,
                "prev": self.head,
                "utc": datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
                "mono_us": (self._clock() - self._began_ns) // 1000,
                "kind": kind,
            }
        )
        self._write(line + b"\n")
        self.head = hashlib.sha256(line).hexdigest()
        self.count += 1
        return line

    def close(self) -> None:
        """Bring everything to the disk, and let go of the file."""
        os.fsync(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1  # the number may soon be another file's

    def _write(self, data: bytes) -> None:
        try:
            done = 0
            while done < len(data):
                done += os.write(self._descriptor, data[done:])
        except OSError:
            # Half a line would break the chain for every event after it.
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)


def _elapsed_us(last: Event) -> int:
    """How long after its first event a log goes on: never before its last one."""
    passed = datetime.now(UTC) - datetime.fromisoformat(last.utc)
    return last.mono_us + max(0, int(passed.total_seconds() * 1_000_000))
