"""Pressing once: approved, intended, held at the gate, released, observed, in that order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Error, Locator, Request
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
    Source,
)
from handrail.engine.effects.page_outcome import ANSWER_S, OutcomeReader
from handrail.engine.effects.rehearsal import rehearse
from handrail.engine.network.effect_permit import EffectPermit, GateStage
from handrail.engine.network.gate import SAFE_METHODS, is_effect
from handrail.engine.page.account_check import see_account
from handrail.engine.page.find_element import find
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.sites.schema.actions import Press

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

CLICKABLE_MS = 5_000
"""How long a button may be covered or disabled before the person is asked."""


async def press_once(run: RunContext, key: Key, effect: Effect) -> EffectResult:
    """Have the effect once, on the person's word, and return what the page made of it.

    An outcome that cannot be told leaves the ledger's entry open and released. In a rehearsal nothing
    is pressed: Rehearsed ends the verification where it would have been.
    """
    run.account.require_known()
    await see_account(run)
    button = await find(run, effect.press.press, what=effect.what)
    await _check_pressable(run, button, effect)
    if run.rehearsing:
        raise await rehearse(run, effect, button)
    await _approve(run, effect)
    if effect.ready is not None:
        await effect.ready()
    entry = _intend(run, key, effect)
    await run.account.keep(run.view.page.context)
    outcome = await OutcomeReader.before_press(run.view, effect.press)
    return await _Pressing(run, effect, button, entry, outcome).carry_out()


@asynccontextmanager
async def let_through(run: RunContext, press: Press) -> AsyncIterator[None]:
    """Allow the requests of a press that has no effect any more, as the page has shown."""
    run.gate.open(EffectPermit(press.sends, lambda _stage: None, opens_clock=True))
    try:
        yield
    finally:
        run.gate.shut()


def observe(run: RunContext, entry: Entry, word: str, *, source: Source, why: str | None = None) -> None:
    """Write what came of an effect, and how that is known.

    A code that was asked for stays open until it is used or given up.
    """
    run.ledger.observe(entry, word, stays_open=word == "code-asked", why=why)
    run.journal.event(
        "effect-observed", step=entry.step, effect=entry.effect, outcome=word, source=source, why=why
    )
    run.journal.tell("observed", entry.step, entry.effect)


async def _check_pressable(run: RunContext, button: Locator, effect: Effect) -> None:
    """Stop where the button is covered or disabled, before anything is asked or written."""
    if effect.lead is not None:
        return  # the button may wait for what is typed first
    try:
        if _presses_itself(run, effect):
            await button.click(trial=True, timeout=CLICKABLE_MS)
        else:
            # Even a trial is a real click to whatever listens first: the person's button is only looked at.
            handle = await button.element_handle(timeout=CLICKABLE_MS)
            await handle.wait_for_element_state("enabled", timeout=CLICKABLE_MS)
    except NotInTime:
        raise _not_pressable(effect) from None


async def _approve(run: RunContext, effect: Effect) -> None:
    """Have the person approve what Handrail is about to press; without that, stop."""
    if effect.question is None or not _presses_itself(run, effect):
        return
    prompt = Prompt("approve", effect.question, choices=yes_or_no(), channel=effect.channel)
    answer = await run.journal.ask(prompt)
    if answer is None or answer.choice != YES:
        raise NeedsPerson(
            _("Not approved, so not done: {question}", question=effect.question),
            hint=_("Run the same command again when you want it done."),
            ends_run=answer is None,
        )


def _intend(run: RunContext, key: Key, effect: Effect) -> Entry:
    """Write *intended*, before anything is pressed."""
    entry = run.ledger.intend(
        key,
        step=effect.name,
        effect=effect.effect,
        commitment=effect.commitment,
        run=run.journal.bundle_id,
        replaces=effect.on_release is not None,
    )
    run.journal.event("effect-intended", **effect.facts)
    run.journal.tell("intended", effect.label, effect.effect)
    return entry


class _Pressing:
    """One effect from *intended* to *observed*."""

    def __init__(
        self, run: RunContext, effect: Effect, button: Locator, entry: Entry, outcome: OutcomeReader
    ) -> None:
        self._run = run
        self._effect = effect
        self._button = button
        self._entry = entry
        self._outcome = outcome
        self._permit = EffectPermit(
            effect.press.sends,
            self._on_stage,
            body=effect.press.body,
            opens_clock=effect.effect == "start-clock",
        )

    async def carry_out(self) -> EffectResult:
        """Press with the gate open for this one effect, and write what was observed."""
        with self._open_gate():
            try:
                return self._observe(await self._press_and_read())
            except SessionChanged:
                return self._observe(EffectResult(SIGNED_OUT, self._entry))  # while the code was typed
            except TimeoutError:
                return EffectResult(None, self._entry)

    async def _press_and_read(self) -> EffectResult:
        """Press, wait for the request to leave and to be answered, and read what came of it."""
        permit, sends = self._permit, self._effect.press.sends
        if self._effect.lead is not None:
            await self._effect.lead()
        if not permit.is_released:
            if not sends:
                # Nobody knows what this press sends, so it counts as sent before it is made.
                self._release()
                permit.is_released = True
            word = await self._press()
            if word is not None:
                return EffectResult(word, self._entry, source="person")
        if not permit.is_released:
            word = await self._outcome.wait_until_released(permit)
            if not permit.is_released:
                return self._never_released(word)
        if sends:
            async with asyncio.timeout(ANSWER_S):
                await permit.answered.wait()
        # What the answer leads to, the page of a clock, still belongs to this press.
        return await self._outcome.read(permit, self._entry)

    async def _press(self) -> str | None:
        """Press, or have the person press; return not-arrived where they have no code to type."""
        if not _presses_itself(self._run, self._effect):
            return await self._have_pressed()
        try:
            await self._button.click(timeout=CLICKABLE_MS)
        except NotInTime:
            # A form's press may outlast this while its request is on the way; else nothing was pressed.
            if not self._permit.is_released and not self._permit.past_the_gate:
                self._observe(EffectResult(NOTHING_LEFT, self._entry, source="inferred"))
                raise _not_pressable(self._effect) from None
        return None

    async def _have_pressed(self) -> str | None:
        """Have the person press it with their own hand."""
        effect, permit = self._effect, self._permit
        prompt = Prompt(
            effect.hands or ("press" if effect.by_hand is None else "type-code"),
            effect.by_hand or (effect.question if effect.hands else None) or _press_yourself(effect),
            choices=_choices(effect),
            channel=effect.channel,
            target=self._button,
        )
        seen = permit.released.wait() if effect.press.sends else self._outcome.wait_for_word()
        answer = await self._run.journal.ask(prompt, until=seen)
        if permit.released.is_set():
            return None
        if answer is not None and answer.choice == NOT_ARRIVED:
            return NOT_ARRIVED
        if answer is not None and answer.choice == NOT_PRESSED:
            self._run.ledger.observe(self._entry, NOTHING_LEFT, why="the person says it was not pressed")
        if answer is None or answer.choice in (STOP, NOT_PRESSED):
            raise NeedsPerson(_("{what} was not pressed.", what=_capital(effect.what)))
        return None

    def _never_released(self, word: str | None) -> EffectResult:
        """Return what it means that the effect's own request was not seen to leave."""
        if word is None and not self._permit.past_the_gate:
            return EffectResult(NOTHING_LEFT, self._entry, source="inferred")
        # The site has moved, and its file does not know yet: what left past the gate counts as sent.
        if not self._permit.past_the_gate:
            self._count_as_sent()
        self._run.journal.say(
            _(
                "The site answered, but not where its file says ({sends}): it has probably moved."
                " Mend `sends`.",
                sends=", ".join(self._effect.press.sends),
            )
        )
        return EffectResult(word, self._entry)

    @contextmanager
    def _open_gate(self) -> Iterator[None]:
        """Let the one request through, and watch for others that may be the effect."""
        context, gate = self._run.view.page.context, self._run.gate
        context.on("request", self._note_unlisted)
        gate.open(self._permit)
        try:
            yield
        finally:
            gate.shut()
            context.remove_listener("request", self._note_unlisted)

    def _note_unlisted(self, request: Request) -> None:
        """Note a request that may be the effect, going where the site file does not say, from any page."""
        sends, permit = self._effect.press.sends, self._permit
        if not sends or is_effect(sends, request.method, request.url):
            return
        if not _may_be_an_effect(self._run, request):
            return
        if not permit.past_the_gate and not permit.is_released:
            self._count_as_sent()
        permit.past_the_gate.append(f"{request.method} {urlsplit(request.url).path}")

    def _count_as_sent(self) -> None:
        """Write at once that something left past the gate: a run killed now must not take it for unsent."""
        self._release()
        self._record("effect-released", why="not held: the site file's sends are out of date")
        self._run.journal.tell("released", self._effect.label, self._effect.effect)

    def _on_stage(self, stage: GateStage) -> None:
        """Keep the ledger in step with the gate: *released* is on disk before the request may leave."""
        if stage == "releasing":
            self._release()
            return
        if stage == "released":
            self._record("effect-released")
        elif stage == "answered":
            self._run.view.effect_answered = time.monotonic()
        self._run.journal.tell(stage, self._effect.label, self._effect.effect)

    def _release(self) -> None:
        self._run.ledger.release(self._entry)
        if self._effect.on_release is not None:
            self._effect.on_release()

    def _observe(self, result: EffectResult) -> EffectResult:
        """Write *observed*; an outcome that cannot be told leaves the entry open."""
        if result.word is not None:
            self._run.ledger.observe(self._entry, result.word, stays_open=result.word == "code-asked")
        source = result.source if result.word is not None else None
        self._record("effect-observed", outcome=result.word, said=result.said, source=source)
        self._run.journal.tell("observed", self._effect.label, self._effect.effect)
        return result

    def _record(self, kind: str, **more: str | None) -> None:
        self._run.journal.event(kind, **self._effect.facts, **more)


def _presses_itself(run: RunContext, effect: Effect) -> bool:
    return run.assist == "press" and effect.hands is None


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


def _choices(effect: Effect) -> tuple[Choice, ...]:
    choices = list(done_or_stop())
    if effect.by_hand is not None and effect.hands is None:
        choices.append(Choice(NOT_ARRIVED, _("It has not arrived")))
    if not effect.press.sends:
        # Nothing shows whether it was pressed: only the person's own word closes it as not done.
        choices.append(Choice(NOT_PRESSED, _("I did not press it; stop here")))
    return tuple(choices)


def _press_yourself(effect: Effect) -> str:
    return _("Press {what} on the page yourself.", what=effect.what)


def _not_pressable(effect: Effect) -> NeedsPerson:
    return NeedsPerson(
        _(
            "{what} cannot be pressed now: something covers it, or it is greyed out.",
            what=_capital(effect.what),
        ),
        hint=_("Look at the page; nothing was sent."),
        ends_run=False,
    )


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
