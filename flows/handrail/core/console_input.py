"""Read lines from the terminal without blocking the event loop, and without echo for secrets."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TextIO


class Keyboard:
    """Lines from stdin, one for each question."""

    def __init__(self) -> None:
        self._coming: asyncio.Future[str] | None = None
        self._file: TextIO | None = None

    @contextmanager
    def listening(self, *, hidden: bool) -> Iterator[None]:
        """Enter before showing a question; `hidden` turns the terminal's echo off meanwhile.

        At a terminal, anything typed before the question is discarded.
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
            # A daemon: a question nobody answers must not keep the process alive.
            threading.Thread(target=self._read, args=(self._coming,), daemon=True).start()
        # If the question is answered on the page, this thread waits on for the next one.
        text = await asyncio.shield(self._coming)
        self._coming = None
        return text or None

    def _read(self, coming: asyncio.Future[str]) -> None:
        if self._file is None:
            # Not sys.stdin itself: a thread that waits in it would keep the interpreter from ending.
            self._file = open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115  # for every line
        text = self._file.readline()
        with suppress(RuntimeError):  # the run has ended meanwhile
            coming.get_loop().call_soon_threadsafe(_deliver, coming, text)


def _deliver(coming: asyncio.Future[str], text: str) -> None:
    if not coming.done():
        coming.set_result(text)


@contextmanager
def _echo_off() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    quiet = termios.tcgetattr(descriptor)
    # The line feed is still echoed, so that the next output starts on a new line.
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
