"""Turn Ctrl-C and the other stop signals into a cancelled task."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, the machine's shutdown, and the terminal closing, where the system has them."""


@contextmanager
def signals_cancel(on_stop: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Let Ctrl-C, SIGTERM and a closed terminal cancel the running task, so that its evidence is written.

    `on_stop` is called first. Yields a function that does the same without a signal. After the context the
    signals are ignored, so that the result is printed once and whole.
    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    assert task is not None  # noqa: S101  # always called inside a task

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


class StopRequest:
    """Keeps a stop signal that comes before there is a run, so that the run stops with its evidence."""

    def __init__(self) -> None:
        self.came = False
        self._before: dict[int, Any] = {}

    def keep(self) -> None:
        """Keep every stop signal from here on."""
        for number in _STOP_SIGNALS:
            self._before[number] = signal.signal(number, self._came)

    def let_through(self) -> None:
        """Let the signals interrupt as before; one that came meanwhile interrupts now."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
        if self.came:
            raise KeyboardInterrupt

    def _came(self, *_: object) -> None:
        self.came = True


def until_interrupted() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        # An endless wait cannot be interrupted on Windows.
        while not ended.wait(0.5):
            pass
    except KeyboardInterrupt:
        return
