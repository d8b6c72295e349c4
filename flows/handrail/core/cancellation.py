"""Finishing what must not be left half done, however often somebody says stop meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def undisturbed(work: Awaitable[T]) -> T:
    """Wait for the work to end, whatever cancels the waiting, and return what it returns."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()
