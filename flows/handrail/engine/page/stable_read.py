"""Reading what something is concluded from: one value and no other, once the page stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast

from playwright.async_api import TimeoutError

from handrail.core.i18n import gettext as _
from handrail.engine.context.page_view import WatchedReading
from handrail.engine.context.stops import NeedsPerson, ReadingChanged
from handrail.engine.repair.ask_element import ask_where
from handrail.sites.schema.locators import Value

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

T = TypeVar("T")
K = TypeVar("K")
_QUIET_S = 1.0
"""How long the same must be seen, with nothing fetched: what a page fetches late comes after its anchor."""
_QUIET_AT_MOST_S = 6.0
_LOOKS_APART_S = 0.25
_IDLE_MS = 3_000
"""How long to wait for a page that never stops talking to its server."""
_AT_ONCE_S = 0.02
"""An answer this quick was known already."""
_LOOKS = 5


async def watch(run: RunContext, what: str, look: Callable[[], Awaitable[object]]) -> None:
    """Begin a reading's quiet time as its page comes, so that it passes while other work is done."""
    watched = run.view.watched.get(what)
    if watched is None or watched.page_load != run.view.page_loads:
        page = run.view.page_loads
        run.view.watched[what] = WatchedReading(await look(), time.monotonic(), page)


async def read_until_stable(
    run: RunContext, look: Callable[[], Awaitable[T]], *, watched: str | None = None
) -> T:
    """Look until the same has been seen for a moment; what is not there yet proves nothing.

    Where the reading is watched since its page came, only what is left of that moment is waited for.
    """
    started = time.monotonic()
    still_since = await _fetching_until(run)
    known = run.view.watched.get(watched) if watched is not None else None
    seen = await _look_again(run, look, known)
    while (
        time.monotonic() - max(seen.since, still_since) < _QUIET_S
        and time.monotonic() - started < _QUIET_AT_MOST_S
    ):
        left = max(seen.since, still_since) + _QUIET_S - time.monotonic()
        await run.pauses.sleep(min(_LOOKS_APART_S, max(left, 0)))
        seen = await _look_again(run, look, seen)
    if watched is not None:
        run.view.watched[watched] = seen
    return cast(T, seen.value)


async def confirm_unchanged(run: RunContext, look: Callable[[], Awaitable[object]], watched: str) -> None:
    """Look once more right before the effect that rests on it; ReadingChanged where it differs.

    What the effect before may still bring is waited for: the same is seen for a moment after its answer.
    """
    concluded_from = run.view.watched.get(watched)
    if concluded_from is None or concluded_from.page_load != run.view.page_loads:
        return  # nothing was concluded from this page
    now = await _look_again(run, look, concluded_from)
    still_since = max(concluded_from.since, run.view.effect_answered)
    while now is concluded_from and (left := still_since + _QUIET_S - time.monotonic()) > 0:
        await run.pauses.sleep(min(_LOOKS_APART_S, left))
        now = await _look_again(run, look, concluded_from)
    run.view.watched[watched] = now
    if now is not concluded_from:
        raise ReadingChanged(
            _("The page has changed after it was read; nothing was sent."),
            hint=_("Run the same command again: it reads the page anew."),
            ends_run=False,
        )


async def _look_again(
    run: RunContext, look: Callable[[], Awaitable[T]], known: WatchedReading | None
) -> WatchedReading:
    page = run.view.page_loads
    value = await look()
    if known is not None and known.page_load == page == run.view.page_loads and known.value == value:
        return known
    return WatchedReading(value, time.monotonic(), page)


async def _fetching_until(run: RunContext) -> float:
    """Wait until the page fetches nothing more, and return since when, at the latest."""
    started = time.monotonic()
    with suppress(TimeoutError):
        await run.view.page.wait_for_load_state("networkidle", timeout=_IDLE_MS)
    idle = time.monotonic()
    run.pauses.seconds += idle - started
    return idle if idle - started > _AT_ONCE_S else 0.0


async def read_each(run: RunContext, values: Mapping[K, Value], what: Callable[[K], str]) -> dict[K, str]:
    """Return each value, empty where nothing is shown; of several others the person shows which is meant."""
    shown = await asyncio.gather(*map(run.view.read_all, values.values()))
    return {
        key: (texts[0] if texts else "")
        if len(set(texts)) <= 1
        else await read_one(run, value, what=what(key)) or ""
        for (key, value), texts in zip(values.items(), shown, strict=True)
    }


async def read_one(run: RunContext, value: Value, *, what: str) -> str | None:
    """Return the value, or None where nothing is shown; of several others the person shows which is meant."""
    for _again in range(_LOOKS):
        texts = list(dict.fromkeys(await run.view.read_all(value)))
        if len(texts) <= 1:
            return texts[0] if texts else None
        await ask_where(run, value.at, what)
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
