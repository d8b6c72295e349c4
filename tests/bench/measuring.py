"""What a whole process tree costs: wall time, processor time, and memory at its peak."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_S = 0.02
_SETTLE_S = 10.0


@dataclass(frozen=True)
class Spent:
    """What one whole run took."""

    wall_s: float
    """From starting the process to its end."""
    cpu_s: float
    """User and system time of the process and of everything it started, as the kernel counted it."""


def adopt_orphans() -> None:
    """Become the parent of every orphan below: no processor time escapes the count (Linux only)."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def spend(command: Sequence[str], *, stdout: Path, apart: int = 0) -> Spent:
    """Run the command to its end, `apart` being the only other child there is; raise if it fails."""
    began = time.perf_counter()
    process = _start(command, stdout)
    _pid, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    _check(process, stdout)
    cpu = usage.ru_utime + usage.ru_stime + _cpu_of_orphans(apart)
    return Spent(wall, cpu)


def peak_memory(command: Sequence[str], *, stdout: Path) -> int:
    """Run the command to its end and return the bytes its whole tree held at its peak.

    Proportional set size (each shared page counted once over its sharers), looked at every 20 ms.
    Looking costs processor time, so no run is measured for both.
    """
    process = _start(command, stdout)
    highest = 0
    waiter = Thread(target=process.wait)
    waiter.start()
    while waiter.is_alive():
        highest = max(highest, sum(_pss(pid) for pid in _tree(process.pid)))
        waiter.join(_SAMPLE_S)
    _check(process, stdout)
    return highest


def _start(command: Sequence[str], stdout: Path) -> subprocess.Popen[bytes]:
    with stdout.open("wb") as out, stdout.with_suffix(".err").open("wb") as err:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)  # noqa: S603  # ours


def _check(process: subprocess.Popen[bytes], stdout: Path) -> None:
    if process.returncode:
        said = stdout.read_text() + stdout.with_suffix(".err").read_text()
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}:\n{said}")


def _cpu_of_orphans(apart: int) -> float:
    """Wait for whatever outlived its parent, and return the processor time it took."""
    total, deadline = 0.0, time.monotonic() + _SETTLE_S
    while orphans := [pid for pid in _children(os.getpid()) if pid != apart]:
        for pid in orphans:
            reaped, _status, usage = os.wait4(pid, os.WNOHANG)
            total += usage.ru_utime + usage.ru_stime if reaped else 0
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes {orphans} did not end")
        time.sleep(_SAMPLE_S)
    return total


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(_children(one))
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for task in _listed(Path(f"/proc/{pid}/task")):
        children.extend(map(int, _text(task / "children").split()))
    return children


def _pss(pid: int) -> int:
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []


def _text(path: Path) -> str:
    # A process may end between being listed and being read.
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
