"""What differs between POSIX and Windows, and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handrail.errors import BadInput
from handrail.i18n import gettext as _


def private_file(path: Path) -> Path:
    """Make sure the file exists and only its owner can read it, from the start; return its path."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a file only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(path.name + ".new")
    descriptor = os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    aside.replace(path)


def writable_folder(path: Path, *, option: str) -> Path:
    """Create the folder where needed and return it; BadInput names the option when it takes no files."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / f".probe-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise BadInput(
            _(
                "{folder} cannot be written to: {reason}.",
                folder=path,
                reason=error.strerror or error,
            ),
            hint=_("Name a folder you can write to with {option} DIR.", option=option),
            where=str(path),
        ) from None
    return path


async def read_line(*, hidden: bool) -> str | None:
    """Read one line from stdin without blocking the loop; None at the end of input.

    `hidden` turns the terminal's echo off while it waits.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def deliver(text: str) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        text = sys.stdin.readline()
        with _loop_may_be_gone():
            loop.call_soon_threadsafe(deliver, text)

    with _echo_off() if hidden and sys.stdin.isatty() else _as_is():
        if _can_be_watched():
            loop.add_reader(sys.stdin.fileno(), lambda: deliver(sys.stdin.readline()))
        else:
            # A daemon: a person who never answers must not keep the process alive.
            threading.Thread(target=read, daemon=True).start()
        try:
            text = await line
        finally:
            if _can_be_watched():
                loop.remove_reader(sys.stdin.fileno())
    return text if text else None


@contextmanager
def ends_on_sigterm() -> Iterator[None]:
    """Let SIGTERM cancel the running task, as Ctrl-C does, so that its evidence is written."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    assert task is not None  # noqa: S101  # only called from inside one
    before = signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(task.cancel))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def until_interrupted() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        # A wait without an end cannot be interrupted on Windows.
        while not ended.wait(0.5):
            pass
    except KeyboardInterrupt:
        return


@contextmanager
def _echo_off() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    quiet = termios.tcgetattr(descriptor)
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextmanager
def _as_is() -> Iterator[None]:
    yield


@contextmanager
def _loop_may_be_gone() -> Iterator[None]:
    try:
        yield
    except RuntimeError:
        # The run has ended while the thread still waited for a line.
        return


def _can_be_watched() -> bool:
    if sys.platform == "win32":
        return False
    import stat

    # epoll takes no regular file, and a redirected one never blocks anyway.
    return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)


def is_root() -> bool:
    """Whether this process is root; Windows has no such user."""
    return sys.platform != "win32" and os.geteuid() == 0
