"""Read from the page what came of a press."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.async_api import ElementHandle, Error
from playwright.async_api import TimeoutError as NotInTime

from handrail.engine.context.ledger import Entry
from handrail.engine.effects.effect import NOT_DONE, SIGNED_OUT, Effect, EffectResult
from handrail.engine.network.gate import EffectPermit
from handrail.sites.schema.actions import Press
from handrail.sites.schema.locators import LocatorSpec

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext


ANSWER_S = 75.0
"""How long a site may take to answer a press."""


LEAVES_S = 10.0
"""How long after a press its request may still come."""


WORDS_S = 8.0
"""How long after the answer the page may take to say what came of it."""


GRACE_S = 2.0
"""How long a message that already stood before the press is taken for the old one."""


_POLL_S = 0.04


_WATCH_MS = 1_000


_CLIENT_ERROR, _UNAUTHORIZED, _SERVER_ERROR = 400, 401, 500


_MOST_SAID = 300
"""Characters of the site's own words that are kept."""


async def _said(run: RunContext, press: Press, before: dict[str, list[ElementHandle]]) -> None:
    """Wait until the page says what came of a press that only the person can see."""
    while await _new_word(run, press, before) is None:
        await asyncio.sleep(_POLL_S)


async def _left(
    run: RunContext, press: Press, before: dict[str, list[ElementHandle]], passage: EffectPermit
) -> str | None:
    """Wait for the request to leave; return what the page says where none was seen to leave.

    A page that refuses the value by itself sends nothing; any other answer means that something left.
    """
    deadline = time.monotonic() + LEAVES_S
    while not passage.released and time.monotonic() < deadline:
        word = await _new_word(run, press, before)
        if word is not None and not passage.released:
            return None if word in ("refused", "throttled") else word
        await asyncio.sleep(_POLL_S)
    return None


async def _standing(run: RunContext, press: Press) -> dict[str, list[ElementHandle]]:
    """Mark the outcome messages that stand already: they outlive the page's redraw."""
    handles = await asyncio.gather(
        *(run.view.locate(seen.see).element_handles() for seen in press.outcomes.values())
    )
    return dict(zip(press.outcomes, handles, strict=True))


async def _outcome(
    run: RunContext, act: Effect, before: dict[str, list[ElementHandle]], passage: EffectPermit, entry: Entry
) -> EffectResult:
    if passage.status == 429:
        return EffectResult("throttled", entry, retry_after=passage.retry_after)
    started = time.monotonic()
    died = act.press.sends and passage.status is None
    patience = GRACE_S if died else WORDS_S
    while (spent := time.monotonic() - started) < patience:
        # Where nothing tells whether it was pressed, what stood there before is never the answer.
        late = spent > GRACE_S and bool(act.press.sends)
        word = await _word(run, act.press, before, late=late)
        if word is not None:
            # Seen while a document was still arriving, a heading may hide the message above it.
            await run.view.page.wait_for_load_state("domcontentloaded")
            word = await _word(run, act.press, before, late=late) or word
        if word is not None and _fits(word, act.press, passage.status):
            seen = act.press.outcomes[word]  # type: ignore[index]  # the words are this dict's keys
            until = await run.view.read(seen.until) if seen.until else None
            said = await _words_of(run, seen.see)
            return EffectResult(word, entry, until=until, retry_after=passage.retry_after, said=said)
        met = await run.view.interruption()
        if met is not None and met.kind in ("sign-in", "automation-refused", "throttled"):
            return EffectResult(_meaning(met.kind, passage.status), entry)
        await (_something(run, act.press, before) if word is None else asyncio.sleep(_POLL_S))
    return EffectResult(None, entry)


async def _words_of(run: RunContext, see: LocatorSpec) -> str | None:
    """Read what the site says; of a whole paragraph, its beginning."""
    texts = await run.view.locate(see).all_inner_texts()
    said = " ".join(" ".join(dict.fromkeys(texts)).split())
    return said[:_MOST_SAID] or None


async def _something(run: RunContext, press: Press, before: dict[str, list[ElementHandle]]) -> None:
    """Wait a moment, or until the browser sees anything that may be an answer."""
    if any(before.values()):
        # What stands already would be seen at once, whether it is new or not.
        await asyncio.sleep(_POLL_S)
        return
    places = [seen.see for seen in press.outcomes.values()]
    places += [one.see for one in run.site.interruptions]
    with suppress(NotInTime):
        await run.view.any_of(places).first.wait_for(timeout=_WATCH_MS)


def _fits(word: str, press: Press, status: int | None) -> bool:
    """Whether the page's word and the answer's status say the same; where they do not, neither is believed.

    A gateway that gave up, or a connection that died, says nothing of what the site has done.
    """
    if not press.sends:
        return True  # nothing but the page tells
    if word in NOT_DONE:
        return status is not None and status < _SERVER_ERROR
    return status is None or status < _CLIENT_ERROR


def _meaning(met: str, status: int | None) -> str | None:
    """Say what an interruption after a press means: only the answer's own status says "not done"."""
    if met == "sign-in":
        return SIGNED_OUT if status == _UNAUTHORIZED else None
    denied = status is not None and _CLIENT_ERROR <= status < _SERVER_ERROR
    return met if denied else None


async def _word(
    run: RunContext, press: Press, before: dict[str, list[ElementHandle]], *, late: bool
) -> str | None:
    """Return what the page says anew; after a while, what stood there before may be the answer too."""
    word = await _new_word(run, press, before)
    return await _new_word(run, press, {}) if word is None and late else word


async def _new_word(run: RunContext, press: Press, before: dict[str, list[ElementHandle]]) -> str | None:
    """Return what the page says anew; None where it says that it was done and that it was not."""
    there = await asyncio.gather(
        *(_is_new(run, seen.see, before.get(word, [])) for word, seen in press.outcomes.items())
    )
    words = [word for word, new in zip(press.outcomes, there, strict=True) if new]
    if len({word in NOT_DONE for word in words}) > 1:
        return None
    return words[0] if words else None


async def _is_new(run: RunContext, see: LocatorSpec, old: list[ElementHandle]) -> bool:
    found = run.view.locate(see)
    if not old:
        return await found.count() > 0
    try:
        return bool(await found.evaluate_all("(now, old) => now.some(one => !old.includes(one))", old))
    except Error:
        # The old messages' document is gone with a navigation: whatever stands now is new.
        return await found.count() > 0
