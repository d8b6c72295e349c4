"""Deliberate waiting: all of it goes through here, so that it is counted."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass


@dataclass
class Pauses:
    """How long a run has waited on purpose; waiting for an element or an answer is the site's time."""

    seconds: float = 0.0

    async def sleep(self, seconds: float) -> None:
        """Wait on purpose."""
        began = time.monotonic()
        try:
            await asyncio.sleep(seconds)
        finally:
            self.seconds += time.monotonic() - began
