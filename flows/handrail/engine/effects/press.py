"""Pressing once: an effect is intended, let through the gate, and observed, in that order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, Error, Locator, Request
from playwright.async_api import TimeoutError as NotInTime

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry, Key
from handrail.engine.context.stops import NeedsPerson, SessionChanged
from handrail.engine.effects.effect import (
    NOT_ARRIVED,
    NOT_PRESSED,
    NOTHING_LEFT,
    SIGNED_OUT,
    Effect,
    EffectResult,
)
from handrail.engine.effects.page_outcome import ANSWER_S, _left, _outcome, _said, _standing
from handrail.engine.effects.rehearsal import rehearsed
from handrail.engine.network.gate import SAFE_METHODS, EffectPermit, GateStage, is_effect
from handrail.engine.page.account_check import see_account
from handrail.engine.page.find_element import find
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.sites.schema.actions import Press

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

CLICKABLE_MS = 5_000
"""How long a button may be covered or disabled before the person is asked."""


async def press_once(run: RunContext, key: Key, act: Effect) -> EffectResult:
    """Have the effect once, on the person's word, and say what the page made of it.

    An outcome that cannot be told leaves the ledger's entry open and released. In a rehearsal nothing
    is pressed: Rehearsed ends the place where it would have been.
    """
    run.account.require_known()
    await see_account(run)
    target = await find(run, act.press.press, what=act.what)
    await _clickable(run, target, act)
    if run.rehearsing:
        raise await rehearsed(run, act, target)
    await _approved(run, act)
    if act.ready is not None:
        await act.ready()
    entry = run.ledger.intend(
        key,
        step=act.name,
        effect=act.effect,
        commitment=act.commitment,
        run=run.journal.bundle_id,
        replaces=act.on_release is not None,
    )
    _record(run, "effect-intended", act)
    run.journal.tell("intended", act.label, act.effect)
    await run.account.keep(run.view.page.context)
    before = await _standing(run, act.press)
    passage = EffectPermit(
        act.press.sends, partial(_heard, run, act, entry), opens_clock=act.effect == "start-clock"
    )
    listen = partial(_note_unlisted, run, act, passage, entry)
    run.view.page.context.on("request", listen)
    run.gate.open(passage)
    try:
        if act.lead is not None:
            await act.lead()
        if not passage.released:
            if not act.press.sends:
                # Nobody knows what this press sends, so it counts as sent before it is made.
                _release(run, act, entry)
                passage.released = True
            word = await _pressed(run, act, target, passage, entry, before)
            if word is not None:
                return _observed(run, act, EffectResult(word, entry))
        if not passage.released:
            word = await _left(run, act.press, before, passage)
            if not passage.released and word is None and not passage.elsewhere:
                return _observed(run, act, EffectResult(NOTHING_LEFT, entry))
            if not passage.released:
                return _went_unseen(run, act, passage, entry, word)
        if act.press.sends:
            async with asyncio.timeout(ANSWER_S):
                await passage.answered.wait()
        # What the answer leads to, the page of a clock, still belongs to this press.
        return _observed(run, act, await _outcome(run, act, before, passage, entry))
    except SessionChanged:
        return _observed(run, act, EffectResult(SIGNED_OUT, entry))  # while the code was to be typed
    except TimeoutError:
        return EffectResult(None, entry)
    finally:
        run.gate.shut()
        run.view.page.context.remove_listener("request", listen)


@asynccontextmanager
async def let_through(run: RunContext, press: Press) -> AsyncIterator[None]:
    """Let a press' requests pass as what they are by now: without effect, as the page has shown."""
    run.gate.open(EffectPermit(press.sends, lambda _stage: None, opens_clock=True))
    try:
        yield
    finally:
        run.gate.shut()


def _note_unlisted(
    run: RunContext, act: Effect, passage: EffectPermit, entry: Entry, request: Request
) -> None:
    """Note a request that may be the effect, going where the site file does not say, from any page."""
    sends = act.press.sends
    if not sends or is_effect(sends, request.method, request.url) or not _may_be_an_effect(run, request):
        return
    if not passage.elsewhere and not passage.released:
        _count_as_sent(run, act, entry)
    passage.elsewhere.append(f"{request.method} {urlsplit(request.url).path}")


def _may_be_an_effect(run: RunContext, request: Request) -> bool:
    """Whether it could change something: by its method, or as a page that leads elsewhere, as a form's may.

    Beacons are not counted: they are sent without a wish for an answer, so no form is.
    """
    if request.method not in SAFE_METHODS:
        return request.resource_type != "ping"
    if not request.is_navigation_request() or request.url == run.view.page.url:
        return False
    try:
        return request.frame.parent_frame is None
    except Error:
        return True  # the first request of a page that opens just now


def _count_as_sent(run: RunContext, act: Effect, entry: Entry) -> None:
    """Write at once that something left past the gate: a run killed now must not take it for unsent."""
    _release(run, act, entry)
    _record(run, "effect-released", act, why="not held: the site file's sends are out of date")
    run.journal.tell("released", act.label, act.effect)


def _went_unseen(
    run: RunContext, act: Effect, passage: EffectPermit, entry: Entry, word: str | None
) -> EffectResult:
    """Count as sent what left past the gate: the site has moved, and its file does not know yet."""
    if not passage.elsewhere:
        _count_as_sent(run, act, entry)
    run.journal.say(
        _(
            "The site answered, but not where its file says ({sends}): it has probably moved. Mend `sends`.",
            sends=", ".join(act.press.sends),
        )
    )
    return _observed(run, act, EffectResult(word, entry))


def observe(run: RunContext, entry: Entry, word: str, *, why: str | None = None) -> None:
    """Write what came of an effect; a code that was asked for stays open until it is used or given up."""
    run.ledger.observe(entry, word, stays_open=word == "code-asked", why=why)
    run.journal.event("effect-observed", step=entry.step, effect=entry.effect, outcome=word, why=why)
    run.journal.tell("observed", entry.step, entry.effect)


def _heard(run: RunContext, act: Effect, entry: Entry, stage: GateStage) -> None:
    """Keep the ledger in step with the gate: *released* is on disk before the request may leave."""
    if stage == "releasing":
        _release(run, act, entry)
        return
    if stage == "released":
        _record(run, "effect-released", act)
    run.journal.tell(stage, act.label, act.effect)


def _release(run: RunContext, act: Effect, entry: Entry) -> None:
    run.ledger.release(entry)
    if act.on_release is not None:
        act.on_release()


def _observed(run: RunContext, act: Effect, result: EffectResult) -> EffectResult:
    if result.word is not None and result.entry is not None:
        run.ledger.observe(result.entry, result.word, stays_open=result.word == "code-asked")
    _record(run, "effect-observed", act, outcome=result.word, said=result.said)
    run.journal.tell("observed", act.label, act.effect)
    return result


def _record(run: RunContext, kind: str, act: Effect, **more: str | None) -> None:
    run.journal.event(kind, **act.facts, **more)


def _presses_itself(run: RunContext, act: Effect) -> bool:
    return run.assist == "press" and act.hands is None


async def _clickable(run: RunContext, target: Locator, act: Effect) -> None:
    if act.lead is not None:
        return  # the button may wait for what is typed first
    try:
        if _presses_itself(run, act):
            await target.click(trial=True, timeout=CLICKABLE_MS)
        else:
            # Even a trial is a real click to whatever listens first: the person's button is only looked at.
            handle = await target.element_handle(timeout=CLICKABLE_MS)
            await handle.wait_for_element_state("enabled", timeout=CLICKABLE_MS)
    except NotInTime:
        raise _not_pressable(act) from None


def _not_pressable(act: Effect) -> NeedsPerson:
    what = act.what[:1].upper() + act.what[1:]
    return NeedsPerson(
        _("{what} cannot be pressed now: something covers it, or it is greyed out.", what=what),
        hint=_("Look at the page; nothing was sent."),
        ends_run=False,
    )


async def _approved(run: RunContext, act: Effect) -> None:
    if act.question is None or not _presses_itself(run, act):
        return
    answer = await run.journal.ask(Prompt("approve", act.question, choices=yes_or_no(), channel=act.channel))
    if answer is None or answer.choice != YES:
        raise NeedsPerson(
            _("Not approved, so not done: {question}", question=act.question),
            hint=_("Run the same command again when you want it done."),
            ends_run=answer is None,
        )


async def _pressed(
    run: RunContext,
    act: Effect,
    target: Locator,
    passage: EffectPermit,
    entry: Entry,
    before: dict[str, list[ElementHandle]],
) -> str | None:
    """Press, or have the person press; return nothing-left or not-arrived where nobody did."""
    if _presses_itself(run, act):
        try:
            await target.click(timeout=CLICKABLE_MS)
        except NotInTime:
            # A form's press may outlast this while its request is on the way; else nothing was pressed.
            if not passage.released and not passage.elsewhere:
                _observed(run, act, EffectResult(NOTHING_LEFT, entry))
                raise _not_pressable(act) from None
        return None
    prompt = Prompt(
        act.hands or ("press" if act.by_hand is None else "type-code"),
        act.by_hand or (act.question if act.hands else None) or _by_yourself(act),
        choices=_choices(act),
        channel=act.channel,
        target=target,
    )
    seen = passage.left.wait() if act.press.sends else _said(run, act.press, before)
    answer = await run.journal.ask(prompt, until=seen)
    if passage.left.is_set():
        return None
    if answer is not None and answer.choice == NOT_ARRIVED:
        return NOT_ARRIVED
    if answer is not None and answer.choice == NOT_PRESSED:
        run.ledger.observe(entry, NOTHING_LEFT, why="the person says it was not pressed")
    if answer is None or answer.choice in (STOP, NOT_PRESSED):
        raise NeedsPerson(_("{what} was not pressed.", what=act.what[:1].upper() + act.what[1:]))
    return None


def _by_yourself(act: Effect) -> str:
    return _("Press {what} on the page yourself.", what=act.what)


def _choices(act: Effect) -> tuple[Choice, ...]:
    choices = list(done_or_stop())
    if act.by_hand is not None and act.hands is None:
        choices.append(Choice(NOT_ARRIVED, _("It has not arrived")))
    if not act.press.sends:
        # Nothing shows whether it was pressed: only the person's own word closes it as not done.
        choices.append(Choice(NOT_PRESSED, _("I did not press it; stop here")))
    return tuple(choices)
