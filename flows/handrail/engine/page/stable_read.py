"""Reading what something is concluded from: one value and no other, once the page stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from playwright.async_api import TimeoutError

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.repair.ask_element import ask_where
from handrail.sites.schema.locators import Value

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

T = TypeVar("T")
_QUIET_S = 1.0
"""How long the same must be seen: what a page still fetches comes after its anchor."""
_QUIET_AT_MOST_S = 6.0
_LOOKS_APART_S = 0.15
_IDLE_MS = 3_000
"""How long to wait for a page that never stops talking to its server."""
_LOOKS = 5


async def read_until_stable(run: RunContext, look: Callable[[], Awaitable[T]]) -> T:
    """Look until the same is seen for a moment; what is not there yet proves nothing."""
    with suppress(TimeoutError):
        await run.view.page.wait_for_load_state("networkidle", timeout=_IDLE_MS)
    started = since = time.monotonic()
    seen = await look()
    while time.monotonic() - since < _QUIET_S and time.monotonic() - started < _QUIET_AT_MOST_S:
        await asyncio.sleep(_LOOKS_APART_S)
        now = await look()
        if now != seen:
            seen, since = now, time.monotonic()
    return seen


async def read_one(run: RunContext, value: Value, *, what: str) -> str | None:
    """Return the value, or None where nothing is shown; of several others the person shows which is meant."""
    for _again in range(_LOOKS):
        there = list(dict.fromkeys(await run.view.read_all(value)))
        if len(there) <= 1:
            return there[0] if there else None
        await ask_where(run, value.at, what)
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
