"""What a run does, says and asks, as it happens: in the evidence, and to whoever watches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeVar

from handrail.core.i18n import gettext as _
from handrail.engine.context.results import EffectName, EventKind, RunEvent, Step, WouldSend
from handrail.engine.context.retry import POLICIES, PolicyName
from handrail.engine.context.stops import Stop
from handrail.engine.context.window import WindowWatch
from handrail.operator import STOP_ALL, Answer, Operator, Prompt
from handrail.operator.page_overlay import Guidance
from handrail.operator.prompts import STOP, YES, acts_as
from handrail.operator.typed_code import read_code
from handrail.privacy.redactor import Redactor

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Page

    from handrail.evidence.format.events import Json
    from handrail.evidence.recording.recorder import Recorder

T = TypeVar("T")
_NOT_SECRET = frozenset({"username", "account", "email", "phone"})
"""Fields of a sign-in that say who somebody is: no secrets, and hidden by what they are."""


class Journal:
    """Every step, sentence, question and answer of one run."""

    def __init__(
        self,
        *,
        operator: Operator,
        recorder: Recorder,
        redaction: Redactor,
        watch: Callable[[RunEvent], None],
        stop_all: Callable[[], None] | None = None,
    ) -> None:
        self.steps: list[Step] = []
        self.advice: list[str] = []
        """Sentences for the person, in the order they were said."""
        self.would_send: list[WouldSend] = []
        """What a rehearsal would have sent."""
        self._operator = operator
        self._recorder = recorder
        self._redaction = redaction
        self._watch = watch
        self._is_watched = True
        self._stop_all = stop_all
        self._prompts = 0
        self._page: Page | None = None
        self._window: WindowWatch | None = None
        self._guidance: Guidance | None = None

    @property
    def bundle_id(self) -> str:
        """Names this run's evidence, and the run in the ledger."""
        return self._recorder.bundle_id

    def open(self, page: Page, *, guided: bool) -> None:
        """Ask on this page from now on; `guided` shows each prompt on it."""
        self._page = page
        self._window = WindowWatch(page, on_other=self._on_other_window)
        self._guidance = Guidance(page, shown=guided, stops_all=self._stop_all is not None)

    def event(self, kind: str, **facts: Json) -> None:
        """Write one event into the evidence."""
        self._recorder.event(kind, **facts)

    def tell(self, kind: EventKind, text: str, effect: EffectName | None = None) -> None:
        """Let whoever watches know; one whose terminal has gone away must not stop an effect halfway."""
        if self._is_watched:
            try:
                self._watch(RunEvent(kind, text, effect))
            except OSError:
                self._is_watched = False

    def say(self, text: str) -> None:
        """Tell the person something worth acting on; it stands in the evidence and the result."""
        self.advice.append(text)
        self.event("advice", text=text)
        self.tell("say", text)

    async def step(
        self,
        name: str,
        effect: EffectName,
        action: Callable[[], Awaitable[T]],
        *,
        policy: PolicyName | None = None,
    ) -> T:
        """Do one thing and record how it went; only `read` and `fill` may have a policy."""
        if policy and effect not in ("read", "fill"):
            raise ValueError(f"{name}: {effect} is never retried")
        self.tell("step", name, effect)
        started, attempts, outcome = time.monotonic(), 1, "ok"
        try:
            if policy is None:
                return await action()
            retrying = POLICIES[policy].copy()
            try:
                return await retrying(action)
            finally:
                attempts = int(retrying.statistics.get("attempt_number", 1))
        except Stop as stop:
            outcome = stop.word
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            step = Step(name, effect, policy, attempts, _milliseconds_since(started), outcome)
            self._record_step(step)

    def _record_step(self, step: Step) -> None:
        self.steps.append(step)
        self.event(
            "step",
            name=step.name,
            effect=step.effect,
            policy=step.policy,
            attempts=step.attempts,
            ms=step.milliseconds,
            outcome=step.outcome,
        )
        self.tell("step-done", step.name, step.effect)

    async def ask(self, prompt: Prompt, *, until: Awaitable[object] | None = None) -> Answer | None:
        """Ask the operator; what the person does on the page itself (`until`) is an answer too."""
        self._prompts += 1
        number = self._prompts
        self.event(
            "prompt",
            id=number,
            prompt=prompt.kind,
            text=prompt.text,
            choices=[choice.id for choice in prompt.choices],
            labels=[choice.label for choice in prompt.choices],
            channel=prompt.channel,
        )
        self.tell("prompt", prompt.text)
        started = time.monotonic()
        async with self._guidance.showing(prompt) if self._guidance else nullcontext():
            answer = await self._first_answer(prompt, until)
        if answer is not None and prompt.secret:
            self._hide_what_was_typed(prompt, answer)
        self.event(
            "answer",
            id=number,
            prompt=prompt.kind,
            choice=answer.choice if answer else None,
            entered=bool(answer and (answer.text or answer.fields)),
            by=answer.by if answer else "nobody",
            ms=_milliseconds_since(started),
        )
        self.tell("answer", prompt.kind)
        if answer is not None and answer.choice == STOP_ALL and self._stop_all is not None:
            self._stop_all()
            # This run is one of those that were told to stop: wait until that arrives.
            await asyncio.Event().wait()
        return answer

    async def require(
        self,
        prompt: Prompt,
        otherwise: Stop,
        *,
        only: Collection[str] | None = None,
        until: Awaitable[object] | None = None,
    ) -> Answer:
        """Ask, and return the answer; raise `otherwise` where nobody answers or the person stops.

        With `only`, any choice but these raises it too.
        """
        answer = await self.ask(prompt, until=until)
        if answer is None or answer.choice == STOP or (only is not None and answer.choice not in only):
            raise otherwise
        return answer

    async def require_yes(self, prompt: Prompt, otherwise: Stop) -> Answer:
        """Ask a plain question; raise `otherwise` unless the answer is yes."""
        return await self.require(prompt, otherwise, only=(YES,))

    def on_blocked(self, request: str) -> None:
        """Record a request with an effect that came while no step was open, and was held back."""
        self.event("effect-blocked", request=request)
        self.say(
            _(
                "No step asked for this, so it was held back and did not reach the site: {request}.",
                request=request,
            )
        )

    async def on_dialog(self, dialog: Dialog, *, has_window: bool) -> None:
        """Leave the site's own dialog to the person; without a window it is dismissed, and said so."""
        self.event("dialog", dialog=dialog.type, text=dialog.message)
        if has_window:
            text = _("The site asks in a window of its own: “{text}”. Answer it there.", text=dialog.message)
            self.tell("say", text)
            return
        self.say(_("The site asked “{text}”; nobody saw it, so it was dismissed.", text=dialog.message))
        await dialog.dismiss()

    def _on_other_window(self, host: str) -> None:
        """Name a tab that the site opened beside the run's own."""
        self.event("other-window", host=host)
        self.say(
            _(
                "The site opened another tab ({host}). Handrail goes on in the first one;"
                " what is done in the other is not in the evidence.",
                host=host,
            )
        )

    async def _first_answer(self, prompt: Prompt, until: Awaitable[object] | None) -> Answer | None:
        asking = asyncio.ensure_future(self._operator.ask(prompt, self._page))
        seeing = asyncio.ensure_future(until) if until is not None else None
        gone = self._window.gone if self._window is not None else None
        try:
            await asyncio.wait(
                {waited for waited in (asking, seeing, gone) if waited is not None},
                return_when=asyncio.FIRST_COMPLETED,
            )
            if asking.done():
                return await asking
            if gone is not None and gone.done():
                raise gone.result()
            assert seeing is not None  # noqa: S101  # one of them is done
            await seeing
            # A script that acts on the page is often outrun by what the page then shows; of a person
            # nobody knows whether they acted or the page went on by itself.
            is_script = acts_as(self._operator) == "script"
            return Answer(choice="done", by="script" if is_script else "page")
        finally:
            asking.cancel()
            if seeing is not None:
                seeing.cancel()
            # Unlike an await of each, this lets the person's word to stop through.
            await asyncio.gather(asking, *([seeing] if seeing else ()), return_exceptions=True)

    def _hide_what_was_typed(self, prompt: Prompt, answer: Answer) -> None:
        text = answer.text
        if text and prompt.code_format is not None:
            text = read_code(text, prompt.code_format)
        if text:
            self._redaction.add_secret(text)
        for name, value in answer.fields.items():
            if name not in _NOT_SECRET:
                self._redaction.add_secret(value, "password")


def _milliseconds_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
