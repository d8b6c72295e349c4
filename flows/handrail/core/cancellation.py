"""Finish work that must not be interrupted by cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def undisturbed(work: Awaitable[T]) -> T:
    """Await the work to its end, even if this task is cancelled meanwhile, and return its result."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()
