"""Start the browser while the rest of the program still loads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from handrail.browser.find import find_browser
from handrail.browser.launch import BrowserProcess
from handrail.core.errors import HandrailError
from handrail.core.signals import StopRequest

_TURN_S = 0.01
"""How long the loop may run between two things that are loaded: enough to pass a message on."""


class EarlyBrowser:
    """A loop in which driver and browser start, a turn at a time, before the run takes it over."""

    def __init__(self, chosen: Path | None, *, headless: bool) -> None:
        self.runner = asyncio.Runner()
        self.process: BrowserProcess | None = None
        """None where no browser was found: the run says so, once everything else was checked."""
        self.stop = StopRequest()
        self._headless = headless
        with suppress(HandrailError):
            self.process = BrowserProcess(find_browser(chosen, headless=headless), headless=headless)

    def __enter__(self) -> Self:
        """Begin with the driver."""
        # From here on there is something to end: a stop waits until the run can leave its evidence.
        self.stop.keep()
        if self.process is not None:
            self._turn(self.process.start_driver)
        return self

    def start(self) -> None:
        """Go on with the browser, where no window shows it before all is checked."""
        if self.process is not None and self._headless:
            self._turn(self.process.start)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End whatever has started."""
        with self.runner:
            if self.process is not None:
                self.runner.run(self.process.ended())

    def _turn(self, begin: Callable[[], object]) -> None:
        async def turn() -> None:
            begin()
            await asyncio.sleep(_TURN_S)

        self.runner.run(turn())
