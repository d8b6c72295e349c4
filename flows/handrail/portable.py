"""What differs between POSIX and Windows, and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

from handrail.errors import BadInput
from handrail.i18n import gettext as _
from handrail.reasons import system

_STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, the machine shutting down, and, where there is one, the terminal being closed."""


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
                reason=system(error),
            ),
            hint=_("Name a folder you can write to with {option} DIR.", option=option),
            where=str(path),
        ) from None
    return path


class Keyboard:
    """Lines from stdin, one for each question, read without ever blocking the loop."""

    def __init__(self) -> None:
        self._coming: asyncio.Future[str] | None = None
        self._file: TextIO | None = None

    @contextmanager
    def listening(self, *, hidden: bool) -> Iterator[None]:
        """Begin with one question, before it is shown; `hidden` turns the terminal's echo off meanwhile.

        At a terminal, what was typed before the question is no answer to it and is dropped.
        """
        if sys.stdin is None or not sys.stdin.isatty():
            yield
            return
        _forget_typed()
        if self._coming is not None and self._coming.done():
            self._coming = None
        with _echo_off() if hidden else nullcontext():
            yield

    async def line(self) -> str | None:
        """Return the next line, or None at the end of input."""
        if sys.stdin is None:
            return None
        if self._coming is None:
            self._coming = asyncio.get_running_loop().create_future()
            # A daemon: a person who never answers must not keep the process alive.
            threading.Thread(target=self._read, args=(self._coming,), daemon=True).start()
        # When the question is answered on the page, this thread goes on waiting for the next one.
        text = await asyncio.shield(self._coming)
        self._coming = None
        return text or None

    def _read(self, coming: asyncio.Future[str]) -> None:
        if self._file is None:
            # Not sys.stdin itself: a thread that waits in it would keep the interpreter from ending.
            self._file = open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115  # for every line
        text = self._file.readline()
        with suppress(RuntimeError):  # the run has ended while this still waited
            coming.get_loop().call_soon_threadsafe(_deliver, coming, text)


def _deliver(coming: asyncio.Future[str], text: str) -> None:
    if not coming.done():
        coming.set_result(text)


@contextmanager
def signals_cancel(on_stop: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Let Ctrl-C, SIGTERM and a closed terminal cancel the running task, so that its evidence is written.

    `on_stop` is called before that. Yields what does the same without a signal. From the context's end on
    they are ignored: what is left is to say how the run ended, and that is said once.
    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    assert task is not None  # noqa: S101  # only called from inside one

    def stop() -> None:
        on_stop()
        task.cancel()

    for number in _STOP_SIGNALS:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
    try:
        yield stop
    finally:
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)


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
    # The end of the line still shows, so that what is said next stands on its own.
    quiet[3] = quiet[3] & ~termios.ECHO | termios.ECHONL
    termios.tcsetattr(descriptor, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _forget_typed() -> None:
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
        return
    import termios

    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def is_root() -> bool:
    """Whether this process is root; Windows has no such user."""
    return sys.platform != "win32" and os.geteuid() == 0
