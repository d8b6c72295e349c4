"""Read from the page what came of a press."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.async_api import ElementHandle, Error
from playwright.async_api import TimeoutError as NotInTime

from handrail.engine.context.ledger import Entry
from handrail.engine.effects.effect import NOT_DONE, SIGNED_OUT, EffectResult
from handrail.engine.network.effect_permit import EffectPermit
from handrail.sites.schema.actions import OutcomeWord, Press
from handrail.sites.schema.locators import LocatorSpec

if TYPE_CHECKING:
    from handrail.engine.context.page_view import PageView

ANSWER_S = 75.0
"""How long a site may take to answer a press."""
LEAVES_S = 10.0
"""How long after a press its request may still come."""
_WORDS_S = 8.0
"""How long after the answer the page may take to say what came of it."""
_GRACE_S = 2.0
"""How long a message that already stood before the press is taken for the old one."""
_POLL_S = 0.04
_WATCH_MS = 1_000
_CLIENT_ERROR, _UNAUTHORIZED, _THROTTLED, _SERVER_ERROR = 400, 401, 429, 500
_LONGEST_WORDS = 300
"""Characters of the site's own words that are kept."""


class OutcomeReader:
    """Reads which outcome of a press the page shows, apart from what stood there before.

    Made before the press: messages that stand already outlive the page's redraw.
    """

    def __init__(self, view: PageView, press: Press, before: dict[OutcomeWord, list[ElementHandle]]) -> None:
        self._view = view
        self._press = press
        self._before = before

    @classmethod
    async def before_press(cls, view: PageView, press: Press) -> OutcomeReader:
        """Note the outcome messages that stand on the page already."""
        if not await view.sees_any(sign.see for sign in press.outcomes.values()):
            return cls(view, press, {})
        handles = await asyncio.gather(
            *(view.locate(sign.see).element_handles() for sign in press.outcomes.values())
        )
        return cls(view, press, dict(zip(press.outcomes, handles, strict=True)))

    async def wait_for_word(self) -> None:
        """Wait until the page says what came of a press that only the person can see."""
        while await self.new_word() is None:
            await self._view.pauses.sleep(_POLL_S)

    async def wait_until_released(self, permit: EffectPermit) -> OutcomeWord | None:
        """Wait for the request to leave; return what the page says where none was seen to leave.

        A page that refuses the value by itself sends nothing; any other answer means that something left.
        """
        deadline = time.monotonic() + LEAVES_S
        while not permit.is_released and time.monotonic() < deadline:
            word = await self.new_word()
            if word is not None and not permit.is_released:
                return None if word in ("refused", "throttled") else word
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):
                    await permit.released.wait()
        return None

    async def read(self, permit: EffectPermit, entry: Entry) -> EffectResult:
        """Return what the page, together with the answer's status, says came of it."""
        if permit.status == _THROTTLED:
            return EffectResult("throttled", entry, retry_after=permit.retry_after, source="answer")
        sends, status = bool(self._press.sends), permit.status
        started = time.monotonic()
        connection_died = sends and status is None
        patience = _GRACE_S if connection_died else _WORDS_S
        while (spent := time.monotonic() - started) < patience:
            # Where nothing tells whether it was pressed, what stood there before is never the answer.
            word = await self._word(old_counts=spent > _GRACE_S and sends)
            if word is not None and _agrees(word, status, sends=sends):
                return await self._result(word, permit, entry)
            met = await self._view.interruption()
            if met is not None and met.kind in ("sign-in", "automation-refused", "throttled"):
                return EffectResult(_interrupted(met.kind, status), entry)
            await (self._wait_for_change() if word is None else self._view.pauses.sleep(_POLL_S))
        return EffectResult(None, entry)

    async def _word(self, *, old_counts: bool) -> OutcomeWord | None:
        """Return what the page says; `old_counts` takes what stood there before for an answer too."""
        word = await self._new_or_old_word(old_counts=old_counts)
        if word is None:
            return None
        # Seen while a document was still arriving, a heading may hide the message above it.
        await self._view.page.wait_for_load_state("domcontentloaded")
        return await self._new_or_old_word(old_counts=old_counts) or word

    async def _new_or_old_word(self, *, old_counts: bool) -> OutcomeWord | None:
        word = await self.new_word()
        return await self._word_apart_from({}) if word is None and old_counts else word

    async def new_word(self) -> OutcomeWord | None:
        """Return what the page says anew; None where it says that it was done and that it was not."""
        return await self._word_apart_from(self._before)

    async def _word_apart_from(self, before: dict[OutcomeWord, list[ElementHandle]]) -> OutcomeWord | None:
        outcomes = self._press.outcomes
        if not await self._view.sees_any(sign.see for sign in outcomes.values()):
            return None
        are_new = await asyncio.gather(
            *(self._is_new(sign.see, before.get(word, [])) for word, sign in outcomes.items())
        )
        words = [word for word, is_new in zip(outcomes, are_new, strict=True) if is_new]
        if len({word in NOT_DONE for word in words}) > 1:
            return None
        return words[0] if words else None

    async def _is_new(self, see: LocatorSpec, old: list[ElementHandle]) -> bool:
        messages = self._view.locate(see)
        if not old:
            return await messages.count() > 0
        try:
            return bool(
                await messages.evaluate_all("(now, old) => now.some(each => !old.includes(each))", old)
            )
        except Error:
            # The old messages' document is gone with a navigation: whatever stands now is new.
            return await messages.count() > 0

    async def _result(self, word: OutcomeWord, permit: EffectPermit, entry: Entry) -> EffectResult:
        sign = self._press.outcomes[word]
        until = await self._view.read(sign.until) if sign.until else None
        words = await self._site_words(sign.see)
        return EffectResult(word, entry, until=until, retry_after=permit.retry_after, said=words)

    async def _site_words(self, see: LocatorSpec) -> str | None:
        """Read what the site says; of a whole paragraph, its beginning."""
        texts = await self._view.locate(see).all_inner_texts()
        words = " ".join(" ".join(dict.fromkeys(texts)).split())
        return words[:_LONGEST_WORDS] or None

    async def _wait_for_change(self) -> None:
        """Wait a moment, or until the browser sees anything that may be an answer."""
        if any(self._before.values()):
            # What stands already would be seen at once, whether it is new or not.
            await self._view.pauses.sleep(_POLL_S)
            return
        specs = [sign.see for sign in self._press.outcomes.values()]
        specs += [interruption.see for interruption in self._view.site.interruptions]
        with suppress(NotInTime):
            await self._view.any_of(specs).first.wait_for(timeout=_WATCH_MS)


def _agrees(word: str, status: int | None, *, sends: bool) -> bool:
    """Whether the page's word and the answer's status say the same; where they do not, neither is believed.

    A gateway that gave up, or a connection that died, says nothing of what the site has done.
    """
    if not sends:
        return True  # nothing but the page tells
    if word in NOT_DONE:
        return status is not None and status < _SERVER_ERROR
    return status is None or status < _CLIENT_ERROR


def _interrupted(kind: str, status: int | None) -> str | None:
    """Return what an interruption after a press means: only the answer's own status says "not done"."""
    if kind == "sign-in":
        return SIGNED_OUT if status == _UNAUTHORIZED else None
    denied = status is not None and _CLIENT_ERROR <= status < _SERVER_ERROR
    return kind if denied else None
